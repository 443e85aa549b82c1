using System.Globalization;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The file that the name of a library or program means.</summary>
/// <param name="Path">Its path, seen from this process: of another process's file system, through /proc/PID/root.</param>
/// <param name="PathInProcess">Its path as the process itself sees it.</param>
/// <param name="Root">The root directory of the process, <c>/</c> for this one.</param>
internal sealed record LibraryFile(string Path, string PathInProcess, string Root);

/// <summary>
/// Finds the file that a name means, without running anything: an absolute path; what a process has mapped; the dynamic linker's cache and
/// directories; for programs, the directories of PATH.
/// </summary>
internal static class LibraryResolver
{
    /// <summary>Finds a file.</summary>
    /// <param name="name">A path, or a name as <c>libc.so.6</c>, <c>libc</c>, <c>python3</c>.</param>
    /// <param name="process">The process that it is for; null for this one.</param>
    /// <returns>The file.</returns>
    /// <exception cref="PlaceNotFoundException">There is no such file, or the process has ended.</exception>
    public static LibraryFile Resolve(string name, int? process = null) =>
        Find(name, process) ?? throw new PlaceNotFoundException(name, Why(name, process), Nearest(name, process));

    /// <summary>Finds a file.</summary>
    /// <param name="name">A path, or a name.</param>
    /// <param name="process">The process that it is for; null for this one.</param>
    /// <returns>The file; null if there is none.</returns>
    public static LibraryFile? Find(string name, int? process = null)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        string root = RootOf(process);
        if (name.Contains('/', StringComparison.Ordinal))
        {
            // What is relative counts from where this process is, whichever process is meant.
            return At(root, name.StartsWith('/') ? name : Path.GetFullPath(name));
        }

        return InMaps(name, process, root) ?? InCache(name, root) ?? InDirectories(name, root) ?? InSearchPath(name, root);
    }

    private static string RootOf(int? process) =>
        process is { } id && id != Environment.ProcessId ? string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/root") : "/";

    private static string ProcOf(int? process) => process?.ToString(CultureInfo.InvariantCulture) ?? "self";

    private static LibraryFile? At(string root, string path) =>
        RootedPath.Follow(root, path) is { } found ? new LibraryFile(found, found[root.TrimEnd('/').Length..], root) : null;

    private static LibraryFile? InMaps(string name, int? process, string root)
    {
        string? best = null;
        int bestFit = 0;
        foreach (ProcessMap map in ProcessMap.Read(ProcOf(process)))
        {
            if (map.Inode != 0 && !map.IsDeleted && LibraryName.Fit(name, Path.GetFileName(map.Path)) is var fit && fit > bestFit)
            {
                best = map.Path;
                bestFit = fit;
            }
        }

        // A process that is named decides by what it runs; this one decides by name, as the linker would, unless the name fits well.
        return best is not null && (bestFit >= 3 || process is not null) ? At(root, best) : null;
    }

    private static LibraryFile? InCache(string name, string root)
    {
        LibraryFile? best = null;
        int bestFit = 0;
        foreach ((string library, string path) in LibraryPlaces.Cached(root))
        {
            if (LibraryName.Fit(name, library) is var fit && fit > bestFit && At(root, path) is { } file && IsForThisMachine(file.Path))
            {
                best = file;
                bestFit = fit;
            }
        }

        return best;
    }

    private static LibraryFile? InDirectories(string name, string root)
    {
        LibraryFile? best = null;
        int bestFit = 0;
        foreach (string directory in LibraryPlaces.Directories(root))
        {
            foreach (string file in FilesOf(RootedPath.Of(root, directory)))
            {
                if (LibraryName.Fit(name, file) is var fit && fit > bestFit && At(root, $"{directory}/{file}") is { } found && IsForThisMachine(found.Path))
                {
                    best = found;
                    bestFit = fit;
                }
            }
        }

        return best;
    }

    private static LibraryFile? InSearchPath(string name, string root)
    {
        string path = root == "/" ? Environment.GetEnvironmentVariable("PATH") ?? string.Empty : "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
        foreach (string directory in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (directory.StartsWith('/') && At(root, $"{directory}/{name}") is { } found)
            {
                return found;
            }
        }

        return null;
    }

    // The cache of a system for two processors has both; a linker script may have the name of a library (libc.so).
    private static bool IsForThisMachine(string path)
    {
        try
        {
            using var file = ElfFile.Open(path);
            return file.Machine == (RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                ? ElfMachine.Arm64
                : ElfMachine.X64);
        }
        catch (BadFileException)
        {
            return false;
        }
    }

    private static IEnumerable<string> FilesOf(string directory)
    {
        try
        {
            return Directory.GetFiles(directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Why(string name, int? process)
    {
        if (process is { } id && !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}")))
        {
            return string.Create(CultureInfo.InvariantCulture, $"process {id} does not exist.");
        }

        return name.Contains('/', StringComparison.Ordinal)
            ? "there is no file of that path."
            : "it is neither mapped by the process nor known to the dynamic linker, nor in a directory of libraries or of PATH." + OfSingleFile(name, process);
    }

    // What runs such a program has the runtime's libraries in itself, and no symbols of them.
    private static string OfSingleFile(string name, int? process) =>
        (process is null || process == Environment.ProcessId)
        && (name.StartsWith("libcoreclr", StringComparison.Ordinal) || name.StartsWith("libclr", StringComparison.Ordinal) || name.StartsWith("libSystem.", StringComparison.Ordinal))
        && !ProcessMap.Read("self").Any(static map => Path.GetFileName(map.Path) == "libcoreclr.so")
            ? " This program is a single file (PublishSingleFile, PublishAot) that has the runtime's native libraries in itself, without the names of their functions."
            : string.Empty;

    private static IReadOnlyList<string> Nearest(string name, int? process)
    {
        string root = RootOf(process);
        string file = Path.GetFileName(name);
        var nearest = new NearestSymbols(file);
        if (name.StartsWith('/') && Path.GetDirectoryName(name) is { } directory)
        {
            foreach (string sibling in FilesOf(RootedPath.Of(root, directory)))
            {
                nearest.Offer(sibling);
            }

            return [.. nearest.Names.Select(sibling => $"{directory.TrimEnd('/')}/{sibling}")];
        }

        foreach (ProcessMap map in ProcessMap.Read(ProcOf(process)))
        {
            nearest.Offer(Path.GetFileName(map.Path));
        }

        foreach ((string library, _) in LibraryPlaces.Cached(root))
        {
            nearest.Offer(library);
        }

        return nearest.Names;
    }
}
