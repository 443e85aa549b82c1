namespace Instrumentation.Managed.Points;

/// <summary>The names that a misspelt one may have meant, by edit distance without regard to case.</summary>
internal static class NearestNames
{
    /// <summary>Chooses the nearest names.</summary>
    /// <param name="wanted">The name that was asked for; wildcards in it are ignored.</param>
    /// <param name="names">The names that exist.</param>
    /// <param name="most">The most names to give.</param>
    /// <returns>The nearest names, best first; empty when none is near.</returns>
    public static IReadOnlyList<string> Choose(string wanted, IEnumerable<string> names, int most = 3)
    {
        string bare = wanted.Replace("*", string.Empty, StringComparison.Ordinal).Replace("?", string.Empty, StringComparison.Ordinal);
        int limit = Math.Max(2, bare.Length / 3);
        return
        [
            .. names
                .Distinct(StringComparer.Ordinal)
                .Where(name => Math.Abs(name.Length - bare.Length) <= limit || name.Contains(bare, StringComparison.OrdinalIgnoreCase))
                .Select(name => (Name: name, Distance: Score(bare, name)))
                .Where(scored => scored.Distance <= limit)
                .OrderBy(scored => scored.Distance)
                .ThenBy(scored => scored.Name, StringComparer.Ordinal)
                .Take(most)
                .Select(scored => scored.Name),
        ];
    }

    private static int Score(string wanted, string name) =>
        wanted.Length > 2 && name.Contains(wanted, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(wanted, name);

    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        int[] current = new int[right.Length + 1];
        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
