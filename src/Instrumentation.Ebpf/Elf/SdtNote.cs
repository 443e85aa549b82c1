namespace Instrumentation.Ebpf.Elf;

/// <summary>One place that a program's authors marked (USDT). The same provider and name may mark many places.</summary>
/// <param name="Provider">Who made the mark, for example <c>libstdcxx</c>.</param>
/// <param name="Name">What it is called, for example <c>throw</c>.</param>
/// <param name="Address">The virtual address of the instruction, corrected for prelinking.</param>
/// <param name="Semaphore">The virtual address of the 16-bit counter that tells the program whether anyone listens; 0 for none.</param>
/// <param name="ArgumentText">Where the arguments are, as the compiler wrote it.</param>
/// <param name="FileOffset">Where the note is in the file, for errors.</param>
internal sealed record SdtNote(string Provider, string Name, ulong Address, ulong Semaphore, string ArgumentText, long FileOffset)
{
    /// <summary>Reads where the arguments are.</summary>
    /// <param name="file">The file that the note is of.</param>
    /// <returns>One record for each argument.</returns>
    /// <exception cref="BadFileException">The text is not of the grammar, or the file's processor is not one that is known.</exception>
    public IReadOnlyList<UsdtArgument> ReadArguments(ElfFile file) => UsdtArgumentParser.Parse(ArgumentText, file.Machine, file.Path, FileOffset);
}
