using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace PackageCheck.Rules;

/// <summary>The symbols are those of the assembly, and debuggers find each source: in the symbols, or, where the repository has an address, by source link.</summary>
internal static class SymbolRules
{
    private const string MappedRoot = "/_/";

    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    /// <summary>Looks at the symbols.</summary>
    /// <param name="package">The package.</param>
    /// <param name="symbols">Its symbols.</param>
    /// <param name="expected">What they should be.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, PackageFile symbols, Expectations expected, Findings findings)
    {
        byte[] bytes = symbols.Bytes($"{EntryRules.Library}{package.Id}.pdb");
        if (bytes.Length == 0)
        {
            findings.Look(false, $"{symbols.Name}: no symbols");
            return;
        }

        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(bytes));
        MetadataReader reader = provider.GetMetadataReader();
        LookWhetherTheyMatch(package, reader, findings);
        string? link = Link(reader);
        bool addressed = package.Metadata("repository")?.Attribute("url") is not null;
        findings.Look(!addressed || link?.Contains(expected.Commit, StringComparison.Ordinal) == true, $"{symbols.Name}: the repository has an address, and the symbols have no source link to {expected.Commit}");
        findings.Look(reader.Documents.Count > 0, $"{symbols.Name}: no documents");
        foreach (DocumentHandle handle in reader.Documents)
        {
            LookAtDocument(symbols, reader, handle, expected, findings);
        }
    }

    private static void LookWhetherTheyMatch(PackageFile package, MetadataReader symbols, Findings findings)
    {
        using PEReader assembly = new(new MemoryStream(package.Bytes($"{EntryRules.Library}{package.Id}.dll")));
        BlobContentId id = new(symbols.DebugMetadataHeader!.Id);
        bool same = assembly.ReadDebugDirectory().Any(entry =>
            entry.Type == DebugDirectoryEntryType.CodeView && assembly.ReadCodeViewDebugDirectoryData(entry).Guid == id.Guid && entry.Stamp == id.Stamp);
        findings.Look(same, $"{package.Name}: the symbols are of another build");
    }

    private static void LookAtDocument(PackageFile symbols, MetadataReader reader, DocumentHandle handle, Expectations expected, Findings findings)
    {
        Document document = reader.GetDocument(handle);
        string name = reader.GetString(document.Name);
        findings.Look(name.StartsWith(MappedRoot, StringComparison.Ordinal), $"{symbols.Name}: a source is named {name}, which is a path of a machine");
        findings.Look(!document.Hash.IsNil, $"{symbols.Name}: {name} has no checksum");
        if (Embedded(reader, handle) is { } text)
        {
            findings.Look(!expected.MachinePaths.Any(path => text.Contains(path, StringComparison.Ordinal)), $"{symbols.Name}: the embedded {name} has a path of this machine in it");
        }
        else if (name.StartsWith(MappedRoot, StringComparison.Ordinal))
        {
            findings.Look(File.Exists(Path.Combine(expected.Root, name[MappedRoot.Length..])), $"{symbols.Name}: {name} is neither in the repository nor embedded");
        }
    }

    private static string? Link(MetadataReader reader) => reader.CustomDebugInformation
        .Select(reader.GetCustomDebugInformation)
        .Where(information => reader.GetGuid(information.Kind) == SourceLink)
        .Select(information => Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)))
        .SingleOrDefault();

    /// <summary>A source that lies in the symbols; null when it does not. Four bytes tell its size when it is compressed.</summary>
    private static string? Embedded(MetadataReader reader, DocumentHandle handle)
    {
        foreach (CustomDebugInformation information in reader.GetCustomDebugInformation(handle).Select(reader.GetCustomDebugInformation))
        {
            if (reader.GetGuid(information.Kind) == EmbeddedSource)
            {
                byte[] blob = reader.GetBlobBytes(information.Value);
                using Stream content = new MemoryStream(blob, 4, blob.Length - 4);
                using Stream plain = BitConverter.ToInt32(blob) == 0 ? content : new DeflateStream(content, CompressionMode.Decompress);
                using StreamReader text = new(plain);
                return text.ReadToEnd();
            }
        }

        return null;
    }
}
