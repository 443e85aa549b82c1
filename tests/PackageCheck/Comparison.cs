namespace PackageCheck;

/// <summary>Whether two feeds are the same, byte by byte: entries, and the files around them.</summary>
internal static class Comparison
{
    /// <summary>Compares two feeds.</summary>
    /// <param name="one">One folder of packages.</param>
    /// <param name="other">The other.</param>
    /// <returns>What was found.</returns>
    public static Findings Of(string one, string other)
    {
        Findings findings = new();
        Dictionary<string, PackageFile> left = PackageFile.OpenAll(one).ToDictionary(static file => file.Name);
        Dictionary<string, PackageFile> right = PackageFile.OpenAll(other).ToDictionary(static file => file.Name);
        findings.LookSame(left.Keys, right.Keys, "packages");
        foreach (string name in left.Keys.Intersect(right.Keys))
        {
            SortedDictionary<string, byte[]> entries = right[name].Entries;
            findings.LookSame(left[name].Entries.Keys, entries.Keys, $"{name}, entries");
            foreach ((string entry, byte[] bytes) in left[name].Entries.Where(entry => entries.ContainsKey(entry.Key)))
            {
                findings.Look(bytes.AsSpan().SequenceEqual(entries[entry]), $"{name}: {entry} differs, first at byte {bytes.AsSpan().CommonPrefixLength(entries[entry])}");
            }

            findings.Look(
                File.ReadAllBytes(Path.Combine(one, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(other, name))),
                $"{name}: the files differ: contents, order or times of the entries");
        }

        return findings;
    }
}
