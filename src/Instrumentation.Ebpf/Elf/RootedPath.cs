namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// Paths as another root directory has them. The files of a process in a container are reached through /proc/PID/root, but a symbolic link
/// there that begins with a slash would be followed from the root of this process: links are therefore followed here.
/// </summary>
internal static class RootedPath
{
    private const int MostLinks = 40;

    /// <summary>Follows a path to the file that it means.</summary>
    /// <param name="root">The root directory, <c>/</c> for one's own.</param>
    /// <param name="path">An absolute path in that root.</param>
    /// <returns>The path, seen from this process, without links; null if there is no such file.</returns>
    public static string? Follow(string root, string path)
    {
        var rest = new Stack<string>();
        Push(rest, path);
        var done = new List<string>();
        int links = 0;
        while (rest.TryPop(out string? name))
        {
            if (name == "..")
            {
                done.RemoveRange(Math.Max(0, done.Count - 1), Math.Min(1, done.Count));
                continue;
            }

            done.Add(name);
            if (LinkOf(Join(root, done)) is { } target)
            {
                if (++links > MostLinks)
                {
                    return null;
                }

                done.RemoveAt(done.Count - 1);
                if (target.StartsWith('/'))
                {
                    done.Clear();
                }

                Push(rest, target);
            }
        }

        string found = Join(root, done);
        return File.Exists(found) ? found : null;
    }

    /// <summary>A path of another root, seen from this process.</summary>
    /// <param name="root">The root directory.</param>
    /// <param name="path">An absolute path in that root.</param>
    /// <returns>The path; links in it are not followed.</returns>
    public static string Of(string root, string path) => root.TrimEnd('/') + path;

    private static void Push(Stack<string> rest, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".")
            {
                rest.Push(names[i]);
            }
        }
    }

    private static string Join(string root, List<string> names) => $"{root.TrimEnd('/')}/{string.Join('/', names)}";

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
