namespace PackageCheck.Rules;

/// <summary>A package has what it should have, and nothing else.</summary>
internal static class EntryRules
{
    /// <summary>The folder of the assembly.</summary>
    public const string Library = "lib/net10.0/";

    private const string Properties = "package/services/metadata/core-properties/";

    /// <summary>Looks at the names of the entries.</summary>
    /// <param name="package">The package.</param>
    /// <param name="symbols">Its symbols.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, PackageFile symbols, Findings findings)
    {
        string id = package.Id;
        string[] container = [$"{id}.nuspec", "[Content_Types].xml", "_rels/.rels"];
        findings.LookSame(
            [.. container, "README.md", "icon.png", $"{Library}{id}.dll", $"{Library}{id}.xml", .. Expectations.NativesOf(id)],
            Named(package),
            $"{package.Name}, entries");
        findings.LookSame([.. container, $"{Library}{id}.pdb"], Named(symbols), $"{symbols.Name}, entries");
        foreach ((string name, byte[] bytes) in package.Entries.Concat(symbols.Entries))
        {
            findings.Look(bytes.Length > 0, $"{package.Name}: {name} is empty");
        }
    }

    private static IEnumerable<string> Named(PackageFile file) => file.Entries.Keys.Where(static name => !name.StartsWith(Properties, StringComparison.Ordinal));
}
