using System.Text;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>Where file systems are mounted.</summary>
internal static class Mounts
{
    /// <summary>The tracing file system's directory: where it is mounted, whether by itself or below debugfs.</summary>
    /// <returns>The directory; null when it is mounted nowhere that this thread sees.</returns>
    public static string? Tracing()
    {
        try
        {
            return Find(File.ReadLines("/proc/thread-self/mountinfo"), "tracefs");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The first place where a file system is mounted.</summary>
    /// <param name="mountInfo">The lines of mountinfo.</param>
    /// <param name="fileSystem">The file system's type.</param>
    /// <returns>The directory, or null.</returns>
    public static string? Find(IEnumerable<string> mountInfo, string fileSystem)
    {
        foreach (string line in mountInfo)
        {
            // "36 35 98:0 /root /mount/point options optional... - type source options": a dash by itself ends the optional fields.
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (dash >= 6 && dash + 1 < fields.Length && fields[dash + 1] == fileSystem)
            {
                return Unescape(fields[4]);
            }
        }

        return null;
    }

    // Spaces and their like are written as a backslash and three octal digits.
    private static string Unescape(string path)
    {
        StringBuilder plain = new();
        for (int at = 0; at < path.Length; at++)
        {
            if (path[at] == '\\' && at + 3 < path.Length && path[at + 1] is >= '0' and <= '3')
            {
                plain.Append((char)(((path[at + 1] - '0') * 64) + ((path[at + 2] - '0') * 8) + (path[at + 3] - '0')));
                at += 3;
            }
            else
            {
                plain.Append(path[at]);
            }
        }

        return plain.ToString();
    }
}
