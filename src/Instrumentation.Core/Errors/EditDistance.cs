namespace Instrumentation;

/// <summary>
/// How many insertions, deletions, changes and swaps of neighbours lie between a word and others, without regard to case. Only the diagonal band within
/// the limit is computed: thousands of type names are compared for one error.
/// </summary>
/// <param name="word">The word.</param>
/// <param name="limit">The greatest distance that matters.</param>
internal sealed class EditDistance(string word, int limit)
{
    private readonly string _word = word.ToUpperInvariant();
    private readonly char[] _other = new char[word.Length + limit];
    private readonly int _width = word.Length + limit + 2;
    private readonly int[] _rows = new int[3 * (word.Length + limit + 2)];

    /// <summary>The distance to another word.</summary>
    /// <param name="other">The other word; its length differs by the limit at most.</param>
    /// <returns>The distance; more than the limit stands for any that is.</returns>
    public int To(string other)
    {
        Span<int> before = _rows.AsSpan(0, _width);
        Span<int> previous = _rows.AsSpan(_width, _width);
        Span<int> current = _rows.AsSpan(2 * _width, _width);
        ReadOnlySpan<char> upper = _other.AsSpan(0, other.AsSpan().ToUpperInvariant(_other));
        for (int j = 0; j <= other.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= word.Length; i++)
        {
            if (Row(i, upper, before, previous, current) > limit)
            {
                return limit + 1;
            }

            Span<int> spare = before;
            before = previous;
            previous = current;
            current = spare;
        }

        return previous[other.Length];
    }

    private int Row(int i, ReadOnlySpan<char> other, ReadOnlySpan<int> before, ReadOnlySpan<int> previous, Span<int> current)
    {
        int first = Math.Max(1, i - limit);
        int last = Math.Min(other.Length, i + limit);
        current[first - 1] = first == 1 ? i : limit + 1;
        int best = current[first - 1];
        for (int j = first; j <= last; j++)
        {
            bool same = _word[i - 1] == other[j - 1];
            int least = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
            bool swapped = !same && i > 1 && j > 1 && _word[i - 1] == other[j - 2] && _word[i - 2] == other[j - 1];
            current[j] = swapped ? Math.Min(least, before[j - 2] + 1) : least;
            best = Math.Min(best, current[j]);
        }

        // The next row looks one further to the right.
        current[last + 1] = limit + 1;
        return best;
    }
}
