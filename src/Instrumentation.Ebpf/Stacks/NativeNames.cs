using System.Globalization;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>Names the functions of programs and libraries by their ELF symbols. A file is read once, and not kept open.</summary>
internal sealed class NativeNames
{
    private readonly Dictionary<(string Path, ulong Inode), Symbols?> _files = [];

    /// <summary>Finds the function at an address.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="map">What is mapped at the address.</param>
    /// <param name="address">The address.</param>
    /// <returns>The function's name; null when the file has none there, or cannot be read.</returns>
    public string? Find(int processId, ProcessMap map, ulong address)
    {
        if (!_files.TryGetValue((map.Path, map.Inode), out Symbols? symbols))
        {
            _files[(map.Path, map.Inode)] = symbols = map.IsDeleted ? null : Open(processId, map.Path);
        }

        return symbols?.Find(address - map.Start + map.Offset);
    }

    private static Symbols? Open(int processId, string path)
    {
        string root = processId == Environment.ProcessId ? "/" : string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/root");
        try
        {
            using ElfFile file = ElfFile.Open(RootedPath.Of(root, path));
            return new Symbols(file, ElfDebugFile.SymbolsOf(file, root));
        }
        catch (BadFileException)
        {
            return null;
        }
    }

    private sealed record Symbols(ElfFile File, ElfSymbols All)
    {
        public string? Find(ulong offset)
        {
            try
            {
                return File.TryGetAddress(offset, out ulong address) ? All.At(address)?.Name : null;
            }
            catch (BadFileException)
            {
                return null;
            }
        }
    }
}
