using System.Collections.Concurrent;

namespace Instrumentation.Aggregations;

/// <summary>
/// Texts as keys of aggregations: cells have room for numbers, so each distinct text gets one, for the process's life. To find a known text's number takes no lock and allocates nothing; a new text
/// does both, once.
/// </summary>
internal static class TextKeys
{
    /// <summary>The most distinct texts; further ones share a number.</summary>
    public const int Most = 65_536;

    private const long Null = 0;
    private const long Others = -1;

    private static readonly ConcurrentDictionary<string, long> Numbers = new(StringComparer.Ordinal);
    private static readonly string?[] Texts = new string?[Most + 1];
    private static int _last;

    /// <summary>The number of a text. Never throws.</summary>
    /// <param name="text">The text, or null.</param>
    /// <returns>The number.</returns>
    public static long NumberOf(string? text)
    {
        if (text is null)
        {
            return Null;
        }

        return Numbers.TryGetValue(text, out long number) ? number : Add(text);
    }

    /// <summary>The text with a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The text; what stands for null and for texts without a number of their own is in parentheses.</returns>
    public static string TextOf(long number) => number switch
    {
        Null => "(null)",
        > 0 and <= Most => Volatile.Read(ref Texts[number]) ?? "(unknown)",
        _ => "(other texts)",
    };

    private static long Add(string text)
    {
        try
        {
            lock (Numbers)
            {
                if (Numbers.TryGetValue(text, out long known))
                {
                    return known;
                }

                if (_last == Most)
                {
                    return Others;
                }

                long number = ++_last;
                Volatile.Write(ref Texts[number], text);
                Numbers[text] = number;
                return number;
            }
        }
        catch (OutOfMemoryException)
        {
            return Others;
        }
    }
}
