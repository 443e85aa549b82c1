using System.Globalization;

namespace PackageCheck.Rules;

/// <summary>
/// The native libraries are for the processors that their folders name, offer the same everywhere, need nothing but a C library of glibc 2.34, and are
/// hardened: nothing of them is writable and executable, what the loader fills in is read-only afterwards, and they are never unloaded.
/// </summary>
internal static class NativeRules
{
    private const int SharedLibrary = 3;
    private const uint Load = 1, Stack = 0x6474E551, ReadOnlyAfterRelocation = 0x6474E552;
    private const int Execute = 1, Write = 2;
    private const long Flags = 30, Flags1 = 0x6FFFFFFB, TextRelocations = 22, SearchPath = 15, RunPath = 29;
    private const long BindNow = 8, Now1 = 1, NoDelete1 = 8;

    private static readonly Version NewestC = new(2, 34);
    private static readonly string[] Libraries = ["libc.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"];

    private static readonly Dictionary<string, int> Machines = new()
    {
        ["linux-x64"] = 62,
        ["linux-arm64"] = 183,
    };

    /// <summary>Looks at the native libraries.</summary>
    /// <param name="package">The package.</param>
    /// <param name="expected">What they should be.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, Expectations expected, Findings findings)
    {
        foreach (string entry in Expectations.NativesOf(package.Id))
        {
            try
            {
                LookAt(new ElfLibrary(package.Bytes(entry)), entry, expected, findings);
            }
            catch (InvalidDataException error)
            {
                findings.Look(false, $"{entry}: {error.Message}");
            }
        }
    }

    private static void LookAt(ElfLibrary library, string entry, Expectations expected, Findings findings)
    {
        int machine = Machines[entry.Split('/')[1]];
        findings.Look(library.Machine == machine, $"{entry}: for machine {library.Machine}, not {machine}");
        findings.Look(library.Type == SharedLibrary, $"{entry}: of type {library.Type}, not {SharedLibrary}");
        findings.LookSame(expected.Exports, library.Exports, $"{entry}, exports");

        findings.LookSame([], library.Needed.Except(Libraries), $"{entry}, libraries");
        findings.LookSame([], library.Versions.Where(static version => !IsOld(version)), $"{entry}, versions of the C library's symbols");
        findings.Look(library.Versions.Count > 0, $"{entry}: needs no symbol of the C library");

        // Weak ones are places where tools may hook in, and may stay empty. All others have a version, which names the library that they are of.
        string[] strong = [.. library.Imports.Where(static import => !import.Weak).Select(static import => import.Name)];
        findings.Look(strong.Length > 0 && strong.All(IsOfTheCLibrary), $"{entry}: needs {string.Join(", ", strong.Where(static name => !IsOfTheCLibrary(name)))}, which is not of the C library");

        findings.Look(!library.Segments.Any(static segment => segment.Type == Load && (segment.Flags & (Write | Execute)) == (Write | Execute)), $"{entry}: a segment is writable and executable");
        findings.Look(library.Segments.Any(static segment => segment.Type == Stack && (segment.Flags & Execute) == 0), $"{entry}: asks for an executable stack");
        findings.Look(library.Segments.Any(static segment => segment.Type == ReadOnlyAfterRelocation), $"{entry}: not linked with relro");
        findings.Look((Value(Flags) & BindNow) != 0 && (Value(Flags1) & Now1) != 0, $"{entry}: not linked with now");
        findings.Look((Value(Flags1) & NoDelete1) != 0, $"{entry}: not linked with nodelete");
        findings.Look(!library.Dynamic.Any(static part => part.Tag is TextRelocations or SearchPath or RunPath), $"{entry}: has relocations in its code, or a search path");

        long Value(long tag) => library.Dynamic.FirstOrDefault(part => part.Tag == tag).Value;
    }

    private static bool IsOld(string version) =>
        version.StartsWith("GLIBC_", StringComparison.Ordinal) && Version.TryParse(version["GLIBC_".Length..], out Version? parsed) && parsed <= NewestC;

    // Everything else would be of a compiler's own library (__atomic_load_16, _Unwind_Resume), or of none.
    private static bool IsOfTheCLibrary(string name) =>
        !name.StartsWith("__atomic", StringComparison.Ordinal) && !name.StartsWith("__aarch64", StringComparison.Ordinal) && !name.StartsWith("_Unwind", StringComparison.Ordinal)
        && !name.StartsWith("__sync", StringComparison.Ordinal) && (!name.StartsWith('_') || name is "__getauxval" or "__tls_get_addr" || name.StartsWith("__stack_chk", StringComparison.Ordinal))
        && name.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_') && name.ToLower(CultureInfo.InvariantCulture) == name;
}
