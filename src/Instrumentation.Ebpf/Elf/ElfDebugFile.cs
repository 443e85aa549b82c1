namespace Instrumentation.Ebpf.Elf;

/// <summary>Finds the separate file of debug information of a stripped file, which has the full symbol table.</summary>
internal static class ElfDebugFile
{
    private const string DebugRoot = "/usr/lib/debug";

    /// <summary>The symbols of a file and, if it is installed, of its file of debug information.</summary>
    /// <param name="file">The file.</param>
    /// <param name="root">The root directory that the file's process has, <c>/</c> for one's own.</param>
    /// <returns>All symbols. A file of debug information that is bad is passed over.</returns>
    /// <exception cref="BadFileException">The file itself is bad.</exception>
    public static ElfSymbols SymbolsOf(ElfFile file, string root = "/")
    {
        using ElfFile? debug = Open(file, root);
        try
        {
            return debug is null ? file.Symbols : file.Symbols.With(debug.SymbolTables);
        }
        catch (BadFileException)
        {
            return file.Symbols;
        }
    }

    /// <summary>Opens the file of debug information.</summary>
    /// <param name="file">The file.</param>
    /// <param name="root">The root directory that the file's process has, <c>/</c> for one's own.</param>
    /// <returns>The file, proven to belong to it by build id or checksum; null if none is installed.</returns>
    /// <exception cref="BadFileException">The file itself is bad.</exception>
    public static ElfFile? Open(ElfFile file, string root = "/")
    {
        foreach (string path in Candidates(file, root))
        {
            if (File.Exists(path) && path != file.Path && TryOpen(file, path) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Where the file of debug information may be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="root">The root directory that the file's process has.</param>
    /// <returns>Paths seen from this process, the best first.</returns>
    /// <exception cref="BadFileException">The file itself is bad.</exception>
    public static IReadOnlyList<string> Candidates(ElfFile file, string root = "/")
    {
        var paths = new List<string>();
        string id = file.Identity.BuildIdText;
        if (id.Length > 2)
        {
            paths.Add(RootedPath.Of(root, $"{DebugRoot}/.build-id/{id[..2]}/{id[2..]}.debug"));
        }

        // Only the name is taken of the link: a file must not lead out of the directories that are meant for this.
        string? link = Path.GetFileName(file.Identity.DebugLink);
        if (string.IsNullOrEmpty(link) || Path.GetDirectoryName(file.Path) is not { } directory)
        {
            return paths;
        }

        paths.Add($"{directory}/{link}");
        paths.Add($"{directory}/.debug/{link}");
        string prefix = root.TrimEnd('/');
        string inRoot = directory.StartsWith(prefix, StringComparison.Ordinal) ? directory[prefix.Length..] : directory;
        paths.Add(RootedPath.Of(root, $"{DebugRoot}{inRoot}/{link}"));
        return paths;
    }

    private static ElfFile? TryOpen(ElfFile file, string path)
    {
        ElfFile? debug = null;
        try
        {
            debug = ElfFile.Open(path);
            ReadOnlySpan<byte> id = file.Identity.BuildId.Span;
            bool belongs = id.IsEmpty ? Crc32.Of(debug) == file.Identity.DebugLinkCrc : id.SequenceEqual(debug.Identity.BuildId.Span);
            if (belongs)
            {
                return debug;
            }
        }
        catch (BadFileException)
        {
            // A bad file of debug information is as good as none.
        }

        debug?.Dispose();
        return null;
    }
}
