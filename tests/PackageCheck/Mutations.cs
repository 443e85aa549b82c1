using System.Buffers.Binary;
using System.Text;

namespace PackageCheck;

/// <summary>Damages good packages, one way after another: a check that does not notice a damage checks nothing.</summary>
internal static class Mutations
{
    private const string Core = "Instrumentation.Core";
    private const string Managed = "Instrumentation.Managed";
    private const string X64 = "runtimes/linux-x64/native/libinstrumentation_profiler.so";
    private const string Arm64 = "runtimes/linux-arm64/native/libinstrumentation_profiler.so";

    /// <summary>Each damage: which package, what happens to it, and what has to be said of it.</summary>
    private static readonly (string Package, Action<PackageFile, Expectations> Damage, string Said)[] All =
    [
        (Core, static (file, _) => file.Entries.Remove($"lib/net10.0/{Core}.xml"), "entries: missing"),
        (Core, static (file, _) => file.Entries.Remove("icon.png"), "entries: missing icon.png"),
        (Core, static (file, _) => file.Entries["lib/net10.0/Test.dll"] = [1], "entries: not expected"),
        (Core, static (file, _) => BinaryPrimitives.WriteInt32BigEndian(file.Entries["icon.png"].AsSpan(16), 64), "the icon is 64x128"),
        (Core, static (file, _) => file.Entries["README.md"] = "# Instrumentation\n"u8.ToArray(), "the README is of another package"),
        (Core, static (file, _) => Replace(file, $"lib/net10.0/{Core}.xml", "\"T:Instrumentation.ProbeSpec\"", "\"T:Instrumentation.ProbeSpac\""), "Instrumentation.ProbeSpec has no documentation"),
        (Core, static (file, expected) => Append(file, $"lib/net10.0/{Core}.dll", Encoding.UTF8.GetBytes(expected.Root + "/x.cs")), "path"),
        (Core, static (file, expected) => Append(file, $"lib/net10.0/{Core}.dll", Encoding.Unicode.GetBytes(expected.Root + "/x.cs")), "path"),
        (Core, static (file, _) => Replace(file, $"lib/net10.0/{Core}.dll", "/_/src", "/a/src"), "looks for its symbols at"),
        (Core, static (file, expected) => Replace(file, $"{Core}.nuspec", expected.Commit, new string('0', 40)), "the commit is 0000"),
        (Core, static (file, _) => Replace(file, $"{Core}.nuspec", "\"expression\">MIT", "\"expression\">BSD"), "license is 'BSD'"),
        (Core, static (file, _) => Replace(file, $"{Core}.nuspec", "<icon>icon.png</icon>", ""), "icon is ''"),
        (Core, static (file, _) => Replace(file, $"{Core}.nuspec", "<version>", "<version>9."), "the packages differ in version"),
        (Core, static (file, _) => Replace(file, $"{Core}.nuspec", "<group targetFramework=\"net10.0\" />", "<group targetFramework=\"net10.0\"><dependency id=\"xunit.v3\" version=\"1.0.0\" /></group>"), "depends on xunit.v3"),
        (Managed, static (file, _) => Replace(file, $"{Managed}.nuspec", $"version=\"[{file.Version}]\"", $"version=\"{file.Version}\""), "not exactly as"),
        (Managed, static (file, _) => Replace(file, $"{Managed}.nuspec", "id=\"Mono.Cecil\"", "id=\"Iced\""), "refers to Mono.Cecil"),
        (Managed, static (file, _) => file.Entries[Arm64] = file.Entries[X64], "for machine 62, not 183"),
        (Managed, static (file, _) => file.Entries[X64] = file.Entries[Arm64], "for machine 183, not 62"),
        (Managed, static (file, _) => file.Entries[Arm64] = [1, 2, 3], "no 64-bit little-endian ELF file"),
        (Managed, static (file, _) => file.Entries[Arm64] = file.Entries[Arm64][..1000], "outside of the file"),
        (Managed, static (file, _) => Replace(file, Arm64, "instr_caller\0", "instr_callar\0"), "exports: missing instr_caller"),
        (Managed, static (file, _) => Replace(file, Arm64, "pthread_create\0", "pthread.create\0"), "not of the C library"),
        (Managed, static (file, _) => Replace(file, Arm64, "GLIBC_2.34\0", "GLIBC_2.99\0"), "versions of the C library's symbols: not expected GLIBC_2.99"),
        (Managed, static (file, _) => Replace(file, Arm64, "libc.so.6\0", "libz.so.6\0"), "libraries: not expected libz.so.6"),
        (Managed, static (file, _) => MakeStackExecutable(file.Entries[Arm64]), "executable stack"),
    ];

    /// <summary>Damages the packages, and says which damage was not found.</summary>
    /// <param name="files">Good packages.</param>
    /// <param name="expected">What they should be.</param>
    /// <returns>The exit code: 0 when all damages were found.</returns>
    public static int Run(IReadOnlyList<PackageFile> files, Expectations expected)
    {
        int missed = Inspection.Of(files, expected).Problems.Count;
        foreach ((string package, Action<PackageFile, Expectations> damage, string said) in All)
        {
            PackageFile[] copies = [.. files.Select(static file => file with { Entries = new(file.Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.ToArray()), StringComparer.Ordinal) })];
            damage(copies.Single(file => !file.IsSymbols && file.Id == package), expected);
            List<string> problems = Inspection.Of(copies, expected).Problems;
            if (!problems.Exists(problem => problem.Contains(said, StringComparison.Ordinal)))
            {
                Console.Error.WriteLine($"{package}: nobody said '{said}', only: {string.Join("; ", problems)}");
                missed++;
            }
        }

        // A package that is not there, and symbols of another one.
        missed += Missed(files.Where(static file => file.Id != Core), expected, $"missing {Core}");
        missed += Missed(files.Where(static file => !file.IsSymbols), expected, "symbol packages: missing");
        missed += Missed(files.Select(file => file.IsSymbols && file.Id == Core ? WithSymbolsOf(file, files.Single(static one => one.IsSymbols && one.Id == Managed)) : file), expected, "the symbols are of another build");
        Console.WriteLine($"{All.Length + 3} damages, {missed} not found");
        return missed == 0 ? 0 : 1;
    }

    private static int Missed(IEnumerable<PackageFile> files, Expectations expected, string said)
    {
        bool found = Inspection.Of([.. files], expected).Problems.Exists(problem => problem.Contains(said, StringComparison.Ordinal));
        if (!found)
        {
            Console.Error.WriteLine($"nobody said '{said}'");
        }

        return found ? 0 : 1;
    }

    private static PackageFile WithSymbolsOf(PackageFile file, PackageFile other)
    {
        SortedDictionary<string, byte[]> entries = new(file.Entries, StringComparer.Ordinal) { [$"lib/net10.0/{file.Id}.pdb"] = other.Entries[$"lib/net10.0/{other.Id}.pdb"] };
        return file with { Entries = entries };
    }

    private static void Append(PackageFile file, string entry, byte[] bytes) => file.Entries[entry] = [.. file.Entries[entry], .. bytes];

    // Latin-1 has a character for every byte and keeps it.
    private static void Replace(PackageFile file, string entry, string old, string replacement)
    {
        string text = Encoding.Latin1.GetString(file.Entries[entry]);
        if (!text.Contains(old, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{file.Name}: {entry} has no '{old}' to damage.");
        }

        file.Entries[entry] = Encoding.Latin1.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal));
    }

    // Program headers of 56 bytes, from byte 64 on: type, flags.
    private static void MakeStackExecutable(byte[] library)
    {
        for (int at = 64; at < 64 + (56 * library[56]); at += 56)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(library.AsSpan(at)) == 0x6474E551)
            {
                library[at + 4] |= 1;
            }
        }
    }
}
