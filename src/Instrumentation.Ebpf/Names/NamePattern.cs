using System.Text;

namespace Instrumentation.Ebpf.Names;

/// <summary>A pattern over names: <c>*</c> stands for any run of characters, <c>?</c> for any one byte, all else for itself.</summary>
internal sealed class NamePattern
{
    private readonly byte[] _pattern;

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public NamePattern(string pattern)
    {
        Text = pattern;
        _pattern = Encoding.UTF8.GetBytes(pattern);
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether a text holds a wildcard at all.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True if it means more than the one name.</returns>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether a whole name matches.</summary>
    /// <param name="name">The name in UTF-8.</param>
    /// <returns>True if it matches.</returns>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> pattern = _pattern;
        int at = 0, inName = 0, star = -1, resume = 0;
        while (inName < name.Length)
        {
            if (at < pattern.Length && pattern[at] == (byte)'*')
            {
                star = at++;
                resume = inName;
            }
            else if (at < pattern.Length && (pattern[at] == name[inName] || pattern[at] == (byte)'?'))
            {
                at++;
                inName++;
                continue;
            }
            else if (star >= 0)
            {
                // Only the last star has to give way: a match for what stands before it stays one.
                at = star + 1;
                resume++;
            }
            else
            {
                return false;
            }

            // What follows the star can begin only where its first byte is.
            int skipped = NextStart(pattern, at, name[resume..]);
            if (skipped < 0)
            {
                return false;
            }

            resume += skipped;
            inName = resume;
        }

        while (at < pattern.Length && pattern[at] == (byte)'*')
        {
            at++;
        }

        return at == pattern.Length;
    }

    private static int NextStart(ReadOnlySpan<byte> pattern, int at, ReadOnlySpan<byte> rest)
    {
        if (at == pattern.Length)
        {
            // The pattern ends in a star, which takes all.
            return rest.Length;
        }

        return pattern[at] is (byte)'*' or (byte)'?' ? 0 : rest.IndexOf(pattern[at]);
    }
}
