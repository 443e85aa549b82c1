using System.Globalization;
using System.IO.Enumeration;

namespace Instrumentation.Testing.Kernel;

/// <summary>Where paths lead, as the file system is now. Answers are kept, since one assertion asks for many paths of a few directories.</summary>
internal sealed class FilePaths
{
    /// <summary>The descriptor that stands for the working directory (<c>AT_FDCWD</c>).</summary>
    public const int WorkingDirectory = -100;

    private const int MostLinks = 40;
    private readonly Dictionary<string, string?> _links = new(StringComparer.Ordinal);

    /// <summary>Whether a path, or its last part where the pattern has no directory, matches a pattern.</summary>
    /// <param name="path">The path.</param>
    /// <param name="pattern">A path or a part of one, with <c>*</c> and <c>?</c>; those stand for directories, too.</param>
    /// <returns>True when it does.</returns>
    public static bool Matches(string path, string pattern) => FileSystemName.MatchesSimpleExpression(pattern, pattern.Contains('/', StringComparison.Ordinal) ? path : Path.GetFileName(path), ignoreCase: false);

    /// <summary>The working directory.</summary>
    /// <returns>Its path; null when it was removed.</returns>
    public static string? CurrentDirectory()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The absolute path without links, <c>.</c> and <c>..</c>; what does not exist is taken as it is written.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="last">Whether the last part is followed if it is a link.</param>
    /// <returns>The path.</returns>
    public string Real(string path, bool last)
    {
        Stack<string> rest = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        string real = string.Empty;
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                real = real[..Math.Max(real.LastIndexOf('/'), 0)];
                continue;
            }

            string next = $"{real}/{part}";
            if ((rest.Count == 0 && !last) || LinkAt(next) is not { } target || ++links > MostLinks)
            {
                real = next;
                continue;
            }

            foreach (string one in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(one);
            }

            real = target.StartsWith('/') ? string.Empty : real;
        }

        return real.Length == 0 ? "/" : real;
    }

    /// <summary>What a descriptor of this process is open on now.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>The path; null when it is not open, or on no file that has one.</returns>
    public static string? OfDescriptor(int descriptor)
    {
        string? target = TargetOf($"/proc/self/fd/{descriptor.ToString(CultureInfo.InvariantCulture)}");
        return target is ['/', ..] && !target.EndsWith(" (deleted)", StringComparison.Ordinal) ? target : null;
    }

    private string? LinkAt(string path)
    {
        if (!_links.TryGetValue(path, out string? target))
        {
            _links.Add(path, target = TargetOf(path));
        }

        return target;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
