using System.IO.Compression;
using System.Xml.Linq;

namespace PackageCheck;

/// <summary>A package or symbol package, read whole.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Entries">The bytes of each entry by its name.</param>
internal sealed record PackageFile(string Name, SortedDictionary<string, byte[]> Entries)
{
    private const string SymbolExtension = ".snupkg";

    /// <summary>Whether it holds symbols.</summary>
    public bool IsSymbols => Name.EndsWith(SymbolExtension, StringComparison.Ordinal);

    /// <summary>Its description.</summary>
    public XDocument Nuspec => XDocument.Load(new MemoryStream(Entries.Single(static entry => entry.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value));

    /// <summary>The package's id.</summary>
    public string Id => Metadata("id")?.Value ?? "";

    /// <summary>The package's version.</summary>
    public string Version => Metadata("version")?.Value ?? "";

    /// <summary>The packages of a folder.</summary>
    /// <param name="feed">The folder.</param>
    /// <returns>All packages and symbol packages.</returns>
    public static IReadOnlyList<PackageFile> OpenAll(string feed) =>
    [
        .. Directory.EnumerateFiles(feed)
            .Where(static file => Path.GetExtension(file) is ".nupkg" or SymbolExtension)
            .Order(StringComparer.Ordinal)
            .Select(Open),
    ];

    /// <summary>A part of the description.</summary>
    /// <param name="name">The element's name.</param>
    /// <returns>The element, or null.</returns>
    public XElement? Metadata(string name) => Nuspec.Root?.Elements().First().Elements().FirstOrDefault(element => element.Name.LocalName == name);

    /// <summary>The bytes of an entry; none when it is missing.</summary>
    /// <param name="entry">Its name.</param>
    /// <returns>The bytes.</returns>
    public byte[] Bytes(string entry) => Entries.TryGetValue(entry, out byte[]? bytes) ? bytes : [];

    private static PackageFile Open(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        SortedDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream content = entry.Open();
            using MemoryStream bytes = new();
            content.CopyTo(bytes);
            entries.Add(entry.FullName, bytes.ToArray());
        }

        return new PackageFile(Path.GetFileName(path), entries);
    }
}
