using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>Where libraries are installed in a root directory: the dynamic linker's cache, its configuration, the customary directories.</summary>
internal static class LibraryPlaces
{
    private const int MostIncludes = 16;

    private static readonly string[] Customary =
    [
        "/lib64", "/usr/lib64",
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
        "/usr/local/lib", "/lib", "/usr/lib",
    ];

    /// <summary>The libraries of the dynamic linker's cache.</summary>
    /// <param name="root">The root directory.</param>
    /// <returns>Names and paths in that root; none if there is no cache that can be read.</returns>
    public static IEnumerable<(string Name, string Path)> Cached(string root)
    {
        try
        {
            return LibraryCache.Read(FileBytes.ReadAll(RootedPath.Of(root, "/etc/ld.so.cache")));
        }
        catch (BadFileException)
        {
            return [];
        }
    }

    /// <summary>The directories in which libraries are looked for when the cache has none.</summary>
    /// <param name="root">The root directory.</param>
    /// <returns>Absolute paths in that root, in the order of the search.</returns>
    public static IReadOnlyList<string> Directories(string root)
    {
        var found = new List<string>();
        int includes = 0;
        AddConfigured(root, "/etc/ld.so.conf", found, ref includes);
        foreach (string musl in Lines(root, "/etc/ld-musl-x86_64.path").Concat(Lines(root, "/etc/ld-musl-aarch64.path")))
        {
            found.AddRange(musl.Split(':', StringSplitOptions.RemoveEmptyEntries));
        }

        found.AddRange(Customary);
        return [.. found.Where(directory => directory.StartsWith('/')).Distinct(StringComparer.Ordinal)];
    }

    private static void AddConfigured(string root, string file, List<string> found, ref int includes)
    {
        foreach (string line in Lines(root, file))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                found.Add(line.Split(['=', ' ', '\t'], 2)[0].TrimEnd('/'));
                continue;
            }

            string pattern = line["include ".Length..].Trim();
            pattern = pattern.StartsWith('/') ? pattern : $"/etc/{pattern}";
            int slash = pattern.LastIndexOf('/');
            foreach (string included in Files(root, pattern[..slash], pattern[(slash + 1)..]))
            {
                if (++includes <= MostIncludes)
                {
                    AddConfigured(root, included, found, ref includes);
                }
            }
        }
    }

    private static IEnumerable<string> Files(string root, string directory, string pattern)
    {
        try
        {
            return Directory.GetFiles(RootedPath.Of(root, directory), pattern).Order(StringComparer.Ordinal).Select(path => $"{directory}/{Path.GetFileName(path)}").ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Lines(string root, string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(RootedPath.Of(root, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (string line in lines)
        {
            string bare = line.Split('#')[0].Trim();
            if (bare.Length > 0)
            {
                yield return bare;
            }
        }
    }
}
