using System.Globalization;

namespace Instrumentation.Ebpf.Btf;

/// <summary>One element of a path: a member by name, or an index.</summary>
/// <param name="Member">The member's name; null for an index.</param>
/// <param name="Index">The index.</param>
/// <param name="Start">Where the element begins in the path's text.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct BtfPathElement(string? Member, long Index, int Start, int End);

/// <summary>
/// A path to a value, as C writes it: <c>task->real_parent->tgid</c>, <c>f_path.dentry->d_name.name</c>, <c>comm[0]</c>. The dot and the
/// arrow mean the same: whether a pointer is followed is known from the types.
/// </summary>
internal sealed class BtfPath
{
    private const int MostElements = 64;

    private BtfPath(string text, List<BtfPathElement> elements)
    {
        Text = text;
        Elements = elements;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Its elements. The first is what it begins with: a member, or, of a whole path, what the caller knows by that name.</summary>
    public IReadOnlyList<BtfPathElement> Elements { get; }

    /// <summary>Reads a path.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ExpressionException">The text is no path.</exception>
    public static BtfPath Parse(string text)
    {
        var elements = new List<BtfPathElement>();
        for (int at = SkipSpaces(text, 0); at < text.Length || elements.Count == 0; at = SkipSpaces(text, at))
        {
            if (elements.Count == MostElements)
            {
                throw Wrong(text, at, $"it has more than {MostElements} elements.");
            }

            int start = at;
            if (At(text, at) == '[')
            {
                elements.Add(ReadIndex(text, ref at, start));
                continue;
            }

            if (text.AsSpan(at).StartsWith("->"))
            {
                at += 2;
            }
            else if (At(text, at) == '.')
            {
                at++;
            }
            else if (elements.Count > 0)
            {
                throw Wrong(text, at, "a member follows on . or ->, an index stands in brackets.");
            }

            elements.Add(ReadMember(text, ref at, start));
        }

        return new BtfPath(text, elements);
    }

    private static BtfPathElement ReadMember(string text, ref int at, int start)
    {
        at = SkipSpaces(text, at);
        int name = at;
        while (char.IsAsciiLetterOrDigit(At(text, at)) || At(text, at) == '_')
        {
            at++;
        }

        return at == name || char.IsAsciiDigit(text[name])
            ? throw Wrong(text, name, "the name of a member is expected.")
            : new BtfPathElement(text[name..at], 0, start, at);
    }

    private static BtfPathElement ReadIndex(string text, ref int at, int start)
    {
        int end = text.IndexOf(']', at);
        if (end < 0 || !int.TryParse(text.AsSpan(at + 1, end - at - 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            throw Wrong(text, at, "a whole number and ] are expected.");
        }

        at = end + 1;
        return new BtfPathElement(null, index, start, at);
    }

    private static ExpressionException Wrong(string text, int at, string why) => new(
        text,
        at >= text.Length ? $"at its end, {why}" : $"at '{text[at..Math.Min(text.Length, at + 20)]}', {why}",
        "Write it as C does, for example task->real_parent->tgid or comm[0].");

    private static char At(string text, int at) => at < text.Length ? text[at] : '\0';

    private static int SkipSpaces(string text, int at)
    {
        while (At(text, at) == ' ')
        {
            at++;
        }

        return at;
    }
}
