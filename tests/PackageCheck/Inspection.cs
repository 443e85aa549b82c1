using PackageCheck.Rules;

namespace PackageCheck;

/// <summary>Looks at all packages of a feed.</summary>
internal static class Inspection
{
    /// <summary>Looks at packages.</summary>
    /// <param name="files">All packages and symbol packages of the feed.</param>
    /// <param name="expected">What they should be.</param>
    /// <returns>What was found.</returns>
    public static Findings Of(IReadOnlyList<PackageFile> files, Expectations expected)
    {
        Findings findings = new();
        ILookup<string, PackageFile> packages = files.Where(static file => !file.IsSymbols).ToLookup(static file => file.Id);
        ILookup<string, PackageFile> symbols = files.Where(static file => file.IsSymbols).ToLookup(static file => file.Id);
        findings.LookSame(expected.Ids, packages.Select(static group => group.Key), "packages");
        findings.LookSame(expected.Ids, symbols.Select(static group => group.Key), "symbol packages");
        findings.Look(files.Select(static file => file.Version).Distinct().Count() == 1, $"the packages differ in version: {string.Join(", ", files.Select(static file => file.Name))}");
        foreach (string id in expected.Ids)
        {
            findings.Look(packages[id].Count() == 1 && symbols[id].Count() == 1, $"{id}: {packages[id].Count()} packages and {symbols[id].Count()} symbol packages, one of each is expected");
            if (packages[id].FirstOrDefault() is { } package && symbols[id].FirstOrDefault() is { } pdbs)
            {
                Look(package, pdbs, packages, expected, findings);
            }
        }

        return findings;
    }

    /// <summary>Looks at some packages, which come from a repository with an address: their symbols have to lead to the sources there.</summary>
    /// <param name="files">The packages and symbol packages.</param>
    /// <param name="expected">What they should be.</param>
    /// <returns>What was found.</returns>
    public static Findings OfLinked(IReadOnlyList<PackageFile> files, Expectations expected)
    {
        Findings findings = new();
        ILookup<string, PackageFile> packages = files.Where(static file => !file.IsSymbols).ToLookup(static file => file.Id);
        foreach (PackageFile package in packages.SelectMany(static group => group))
        {
            findings.Look(package.Metadata("repository")?.Attribute("url") is not null, $"{package.Name}: the repository's address is missing");
            Look(package, files.Single(file => file.IsSymbols && file.Id == package.Id), packages, expected, findings);
        }

        return findings;
    }

    private static void Look(PackageFile package, PackageFile symbols, ILookup<string, PackageFile> packages, Expectations expected, Findings findings)
    {
        EntryRules.Look(package, symbols, findings);
        DescriptionRules.Look(package, packages, expected, findings);
        PageRules.Look(package, expected, findings);
        LibraryRules.Look(package, expected, findings);
        SymbolRules.Look(package, symbols, expected, findings);
        NativeRules.Look(package, expected, findings);
        MachineRules.Look(package, expected, findings);
        MachineRules.Look(symbols, expected, findings);
    }
}
