using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PackageCheck.Rules;

/// <summary>The assembly is an optimized build of this commit that is the same anywhere, and editors can show its documentation.</summary>
internal static class LibraryRules
{
    /// <summary>Looks at the assembly and its documentation.</summary>
    /// <param name="package">The package.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, Expectations expected, Findings findings)
    {
        byte[] bytes = package.Bytes($"{EntryRules.Library}{package.Id}.dll");
        using PEReader reader = new(new MemoryStream(bytes));
        MetadataReader metadata = reader.GetMetadataReader();
        findings.Look(metadata.GetString(metadata.GetAssemblyDefinition().Name) == package.Id, $"{package.Name}: the assembly is another");
        findings.Look(reader.ReadDebugDirectory().Any(static entry => entry.Type == DebugDirectoryEntryType.Reproducible), $"{package.Name}: the assembly is not a deterministic build");
        foreach (DebugDirectoryEntry entry in reader.ReadDebugDirectory().Where(static entry => entry.Type == DebugDirectoryEntryType.CodeView))
        {
            string path = reader.ReadCodeViewDebugDirectoryData(entry).Path;
            findings.Look(path.StartsWith("/_/", StringComparison.Ordinal), $"{package.Name}: the assembly looks for its symbols at {path}");
        }

        // Of a build without optimization the attribute has a bit for that.
        Dictionary<string, string> attributes = AssemblyAttributes(metadata);
        findings.Look(attributes.GetValueOrDefault("DebuggableAttribute") == "0100" + "02000000" + "0000", $"{package.Name}: not an optimized build");
        string version = Text(attributes.GetValueOrDefault("AssemblyInformationalVersionAttribute"));
        findings.Look(version == $"{package.Version}+{expected.Commit}", $"{package.Name}: the assembly says that it is {version}");
        LookAtDocumentation(package, metadata, findings);
    }

    private static void LookAtDocumentation(PackageFile package, MetadataReader metadata, Findings findings)
    {
        XDocument documentation;
        try
        {
            documentation = XDocument.Load(new MemoryStream(package.Bytes($"{EntryRules.Library}{package.Id}.xml")));
        }
        catch (XmlException error)
        {
            findings.Look(false, $"{package.Name}: the documentation is no XML: {error.Message}");
            return;
        }

        findings.Look(documentation.Descendants("assembly").SingleOrDefault()?.Value == package.Id, $"{package.Name}: the documentation is of another assembly");
        HashSet<string> described = [.. documentation.Descendants("member")
            .Where(static member => member.Elements().Any(static element => element.Value.Trim().Length > 0 || element.HasAttributes || element.Name.LocalName == "inheritdoc"))
            .Select(static member => member.Attribute("name")?.Value ?? "")];
        int types = 0;
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            if (NameOfVisible(metadata, handle) is { } name)
            {
                types++;
                findings.Look(described.Contains("T:" + name), $"{package.Name}: {name} has no documentation");
            }
        }

        findings.Look(types > 0 && described.Count > types, $"{package.Name}: {types} public types and {described.Count} described members");
    }

    /// <summary>The name that a public type has in documentation; null for others, and for those that the compiler makes.</summary>
    private static string? NameOfVisible(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        return (name.Contains('<', StringComparison.Ordinal), type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            (false, TypeAttributes.Public) => $"{metadata.GetString(type.Namespace)}.{name}",
            (false, TypeAttributes.NestedPublic) => NameOfVisible(metadata, type.GetDeclaringType()) is { } outer ? $"{outer}.{name}" : null,
            _ => null,
        };
    }

    /// <summary>The values of the assembly's attributes, in hexadecimal digits, by the attribute's name.</summary>
    private static Dictionary<string, string> AssemblyAttributes(MetadataReader metadata)
    {
        Dictionary<string, string> values = [];
        foreach (CustomAttribute attribute in metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent)
            {
                string name = metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name);
                values[name] = Convert.ToHexString(metadata.GetBlobBytes(attribute.Value));
            }
        }

        return values;
    }

    /// <summary>The text of an attribute that has one: behind two bytes comes its length, here always in one byte, then UTF-8.</summary>
    private static string Text(string? hex) => hex is null ? "" : Encoding.UTF8.GetString(Convert.FromHexString(hex).AsSpan()[3..^2]);
}
