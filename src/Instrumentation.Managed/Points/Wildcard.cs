namespace Instrumentation.Managed.Points;

/// <summary>A text with <c>*</c> for any run of characters and <c>?</c> for any one. Matching takes at most the product of the two lengths, whatever the text.</summary>
/// <param name="pattern">The text.</param>
internal sealed class Wildcard(string pattern)
{
    /// <summary>Whether it matches all of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it does.</returns>
    public bool Matches(ReadOnlySpan<char> text)
    {
        int at = 0;
        int star = -1;
        int resume = 0;
        for (int i = 0; i < text.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                resume = i;
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == text[i]))
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more: those before it need not be tried anew.
                at = star + 1;
                i = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).TrimEnd('*').IsEmpty;
    }
}
