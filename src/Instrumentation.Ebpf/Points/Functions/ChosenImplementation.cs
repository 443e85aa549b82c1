using System.Globalization;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// The function that stands behind a symbol whose implementation is chosen when the library is loaded (IFUNC: memcpy, strlen). The choice depends on the processor, so
/// what this process was given is what all processes with the same file get.
/// </summary>
internal static class ChosenImplementation
{
    /// <summary>Finds it.</summary>
    /// <param name="library">The file; only one that this process has mapped can be asked.</param>
    /// <param name="symbol">The symbol's name without version.</param>
    /// <param name="offset">Where the function begins in the file.</param>
    /// <returns>False when this process has not mapped the file or the symbol is not exported.</returns>
    public static bool TryFind(LibraryFile library, string symbol, out ulong offset)
    {
        offset = 0;
        return ProcessMap.Read("self").Any(map => map.Path == library.Path && !map.IsDeleted)
            && LoadedLibrary.AddressOf(library.Path, symbol) is var address and not 0
            && TryGetOffset(library.Path, address, out offset);
    }

    /// <summary>What coverage says about the choice.</summary>
    /// <param name="name">What the symbol is called.</param>
    /// <param name="address">The virtual address of the chosen function.</param>
    /// <param name="implementation">Its name; null when it has none.</param>
    /// <returns>The note.</returns>
    public static string Note(string name, ulong address, string? implementation) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} is chosen when the library is loaded: on this processor the function at 0x{address:x}{(implementation is null ? "" : $", {implementation}")}");

    private static bool TryGetOffset(string path, ulong address, out ulong offset)
    {
        foreach (ProcessMap map in ProcessMap.Read("self"))
        {
            if (map.Path == path && address >= map.Start && address < map.End)
            {
                offset = address - map.Start + map.Offset;
                return true;
            }
        }

        offset = 0;
        return false;
    }
}
