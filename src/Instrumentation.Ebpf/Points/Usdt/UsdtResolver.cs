using System.Globalization;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Points.Functions;

namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>Finds the places of a marked name in their file.</summary>
internal static class UsdtResolver
{
    /// <summary>Finds them.</summary>
    /// <param name="point">The point.</param>
    /// <returns>What can be attached: at least one place.</returns>
    /// <exception cref="PlaceNotFoundException">There is no such library, process or name; names the nearest.</exception>
    /// <exception cref="SpecException">None of the places can be probed.</exception>
    /// <exception cref="BadFileException">The file, or a note in it, cannot be read.</exception>
    public static UsdtTarget Resolve(UsdtPoint point)
    {
        LibraryFile library = LibraryResolver.Resolve(point.Library, point.Processes.ProcessId);
        using ElfFile file = ElfFile.Open(library.Path);
        string name = $"{Path.GetFileName(library.PathInProcess)}!{point.Provider}:{point.Name}";
        SdtNote[] notes = [.. file.SdtNotes.Where(note => note.Provider == point.Provider && note.Name == point.Name)];
        if (notes.Length == 0)
        {
            throw Unknown(point, file, name);
        }

        List<UsdtSite> sites = [];
        List<CoverageGap> gaps = [];
        foreach (SdtNote note in notes)
        {
            string place = notes.Length == 1 ? name : $"{name} at {PlaceOf(file, note)}";
            if (Refusal(file, note) is { } refusal)
            {
                gaps.Add(new CoverageGap(place, refusal, string.Empty));
            }
            else if (Read(file, note, place) is var site && !sites.Exists(known => known.Offset == site.Offset))
            {
                sites.Add(site);
            }
        }

        return sites.Count > 0
            ? new UsdtTarget(point, library, sites, gaps)
            : throw new SpecException(point.Place, $"{gaps[0].Reason}.", "Install the file anew: it does not fit its notes.");
    }

    private static UsdtSite Read(ElfFile file, SdtNote note, string place)
    {
        IReadOnlyList<UsdtArgument> arguments = note.ReadArguments(file);
        Dictionary<string, ulong> symbols = [];
        foreach (string symbol in arguments.Select(static argument => argument.Symbol).OfType<string>())
        {
            if (file.Symbols.Find(symbol) is { } found)
            {
                symbols[symbol] = found.Address;
            }
        }

        _ = file.TryGetOffset(note.Address, out ulong offset);
        ulong semaphore = 0;
        return note.Semaphore == 0 || file.TryGetOffset(note.Semaphore, out semaphore)
            ? new UsdtSite(place, note.Address, offset, semaphore, [.. arguments]) { Symbols = symbols }
            : throw new BadFileException(file.Path, "an SDT note", note.FileOffset, "its semaphore is not inside the file.");
    }

    // A probe anywhere but on the nop of a mark would change what the program does.
    private static string? Refusal(ElfFile file, SdtNote note)
    {
        if (FunctionCode.Read(file, note.Address, 0) is not { } code || !file.TryGetOffset(note.Address, out _))
        {
            return "its note names no code of the file";
        }

        return !FunctionCode.IsX64 || code.Instructions.Take(1).Any(static first => first.Mnemonic is Mnemonic.Nop) ? null : "the instruction that its note names is no nop";
    }

    private static string PlaceOf(ElfFile file, SdtNote note) => file.Symbols.At(note.Address) is { } function
        ? string.Create(CultureInfo.InvariantCulture, $"{function.Name}+0x{note.Address - function.Address:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{note.Address:x}");

    private static PlaceNotFoundException Unknown(UsdtPoint point, ElfFile file, string name)
    {
        string[] known = [.. file.SdtNotes.Select(static note => $"{note.Provider}:{note.Name}").Distinct(StringComparer.Ordinal)];
        return new PlaceNotFoundException(name, known.Length == 0 ? $"{file.Path} has no USDT places." : $"{file.Path} has no such USDT place among its {known.Length}.", NearestNames.Choose($"{point.Provider}:{point.Name}", known));
    }
}
