namespace Instrumentation;

/// <summary>The names that a misspelt one may have meant: by edit distance without regard to case, then those that it is a part of.</summary>
internal static class NearestNames
{
    private const int LongestName = 200;

    /// <summary>Chooses the nearest names.</summary>
    /// <param name="wanted">The name that was asked for; wildcards in it are ignored.</param>
    /// <param name="names">The names that exist.</param>
    /// <param name="most">The most names to give.</param>
    /// <returns>The nearest names, best first; empty when none is near.</returns>
    public static IReadOnlyList<string> Choose(string wanted, IEnumerable<string> names, int most = 3)
    {
        string bare = wanted.Replace("*", string.Empty, StringComparison.Ordinal).Replace("?", string.Empty, StringComparison.Ordinal);
        if (bare.Length is 0 or > LongestName)
        {
            return [];
        }

        int limit = Math.Clamp(bare.Length / 3, 1, 4);
        EditDistance distance = new(bare, limit);
        return
        [
            .. names
                .Select(name => (Name: name, Score: Score(name)))
                .Where(static scored => scored.Score < int.MaxValue)
                .OrderBy(static scored => scored.Score)
                .ThenBy(static scored => scored.Name.Length)
                .ThenBy(static scored => scored.Name, StringComparer.Ordinal)
                .Select(static scored => scored.Name)
                .Distinct(StringComparer.Ordinal)
                .Take(most),
        ];

        int Score(string name)
        {
            int changes = Math.Abs(name.Length - bare.Length) <= limit ? distance.To(name) : limit + 1;
            return changes <= limit ? changes
                : bare.Length > 2 && name.Contains(bare, StringComparison.OrdinalIgnoreCase) ? limit + 1
                : int.MaxValue;
        }
    }
}
