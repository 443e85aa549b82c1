using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace PackageCheck.Rules;

/// <summary>What the package says of itself, and which packages it brings.</summary>
internal static class DescriptionRules
{
    /// <summary>Looks at the nuspec.</summary>
    /// <param name="package">The package.</param>
    /// <param name="all">All packages of the feed by their ids.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, ILookup<string, PackageFile> all, Expectations expected, Findings findings)
    {
        string name = package.Name;
        Equal("license", "MIT");
        Equal("readme", "README.md");
        Equal("icon", "icon.png");
        findings.Look(package.Metadata("license")?.Attribute("type")?.Value == "expression", $"{name}: the licence is no SPDX expression");
        foreach (string text in new[] { "authors", "description", "copyright", "tags" })
        {
            findings.Look(!string.IsNullOrWhiteSpace(package.Metadata(text)?.Value), $"{name}: no {text}");
        }

        findings.Look(package.Metadata("description")?.Value != "Package Description", $"{name}: the description is the SDK's");
        XElement? repository = package.Metadata("repository");
        findings.Look(repository?.Attribute("type")?.Value == "git", $"{name}: the repository is not named as git");
        findings.Look(repository?.Attribute("commit")?.Value == expected.Commit, $"{name}: the commit is {repository?.Attribute("commit")?.Value}, not {expected.Commit}");
        findings.Look(repository?.Attribute("url")?.Value.StartsWith("https://", StringComparison.Ordinal) ?? true, $"{name}: the repository's address is {repository?.Attribute("url")?.Value}");
        LookAtDependencies(package, all, expected, findings);

        void Equal(string element, string value) =>
            findings.Look(package.Metadata(element)?.Value == value, $"{name}: {element} is '{package.Metadata(element)?.Value}', not '{value}'");
    }

    private static void LookAtDependencies(PackageFile package, ILookup<string, PackageFile> all, Expectations expected, Findings findings)
    {
        string name = package.Name;
        XElement[] groups = [.. package.Metadata("dependencies")?.Elements() ?? []];
        findings.Look(groups is [var only] && only.Attribute("targetFramework")?.Value == "net10.0", $"{name}: the dependencies are not those of net10.0 alone");
        Dictionary<string, string> versions = DependenciesOf(package);
        foreach ((string id, string version) in versions)
        {
            if (expected.Ids.Contains(id))
            {
                findings.Look(version == $"[{package.Version}]", $"{name}: {id} is wanted as {version}, not exactly as [{package.Version}]");
            }
            else
            {
                findings.Look(Expectations.ForeignOf(package.Id).Contains(id), $"{name}: depends on {id}, which it may not bring");
                findings.Look(version.Length > 0 && !version.Contains('*', StringComparison.Ordinal), $"{name}: {id} is wanted as '{version}'");
            }
        }

        // What the assembly refers to, and the framework does not have, has to come with it: as a dependency, or as one of a package of ours that is one.
        HashSet<string> brought = [];
        Bring(package.Id);
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        using PEReader reader = new(new MemoryStream(package.Bytes($"{EntryRules.Library}{package.Id}.dll")));
        MetadataReader metadata = reader.GetMetadataReader();
        foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
        {
            string reference = metadata.GetString(metadata.GetAssemblyReference(handle).Name);
            findings.Look(
                brought.Contains(reference) || File.Exists(Path.Combine(framework, reference + ".dll")),
                $"{name}: the assembly refers to {reference}, which no dependency brings");
        }

        // And nothing else has to: a package that is brought is used.
        HashSet<string> references = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        findings.Look(versions.Keys.All(references.Contains), $"{name}: depends on {string.Join(", ", versions.Keys.Except(references))}, which the assembly does not use");

        void Bring(string id)
        {
            foreach (string dependency in all[id].SelectMany(DependenciesOf).Select(static one => one.Key).Where(brought.Add).ToArray())
            {
                Bring(dependency);
            }
        }
    }

    private static Dictionary<string, string> DependenciesOf(PackageFile package) =>
        (package.Metadata("dependencies")?.Elements() ?? []).SelectMany(static group => group.Elements())
            .ToDictionary(static one => one.Attribute("id")?.Value ?? "", static one => one.Attribute("version")?.Value ?? "");
}
