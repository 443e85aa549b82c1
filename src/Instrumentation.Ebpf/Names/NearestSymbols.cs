using System.Text;

namespace Instrumentation.Ebpf.Names;

/// <summary>
/// Collects the names that a misspelt one may have meant, by edit distance without regard to the case of ASCII letters. Names are offered as
/// bytes, and only those that are near become strings: among a hundred thousand symbols that is the difference.
/// </summary>
internal sealed class NearestSymbols
{
    private const int MostLength = 200;

    private readonly byte[] _wanted;
    private readonly int _limit;
    private readonly int _most;
    private readonly List<(int Distance, string Name)> _found = [];

    /// <summary>Begins a search.</summary>
    /// <param name="wanted">The name that was asked for; wildcards in it are ignored.</param>
    /// <param name="most">The most names to give.</param>
    public NearestSymbols(string wanted, int most = 3)
    {
        string bare = wanted.Replace("*", string.Empty, StringComparison.Ordinal).Replace("?", string.Empty, StringComparison.Ordinal);
        _wanted = Encoding.UTF8.GetBytes(bare.Length <= MostLength ? bare : bare[..MostLength]);
        Lower(_wanted);
        _limit = Math.Max(2, _wanted.Length / 3);
        _most = most;
    }

    /// <summary>The nearest of the names that were offered, best first; empty when none is near.</summary>
    public IReadOnlyList<string> Names => [.. _found.Select(found => found.Name)];

    /// <summary>Chooses the nearest of all names of a source.</summary>
    /// <typeparam name="TNames">The kind of source.</typeparam>
    /// <param name="wanted">The name that was asked for.</param>
    /// <param name="names">The names that exist.</param>
    /// <param name="most">The most names to give.</param>
    /// <returns>The nearest names, best first; empty when none is near.</returns>
    public static IReadOnlyList<string> Choose<TNames>(string wanted, TNames names, int most = 3)
        where TNames : struct, INameSource
    {
        var nearest = new NearestSymbols(wanted, most);
        for (int number = 0; number < names.Count; number++)
        {
            nearest.Offer(names.NameOf(number));
        }

        return nearest.Names;
    }

    /// <summary>Offers a name.</summary>
    /// <param name="name">The name.</param>
    public void Offer(string name) => Offer(Encoding.UTF8.GetBytes(name));

    /// <summary>Offers a name.</summary>
    /// <param name="name">The name in UTF-8; an empty or very long one is passed over.</param>
    public void Offer(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > MostLength || _wanted.Length == 0)
        {
            return;
        }

        int limit = _found.Count < _most ? _limit : Math.Min(_limit, _found[^1].Distance);
        Span<byte> lower = stackalloc byte[name.Length];
        name.CopyTo(lower);
        Lower(lower);
        bool inside = _wanted.Length > 2 && lower.IndexOf(_wanted) >= 0;
        if (!inside && Math.Abs(name.Length - _wanted.Length) > limit)
        {
            return;
        }

        // A name that holds the wanted one whole is near, the nearer the less it adds.
        int distance = inside ? Math.Min(limit, 1 + ((lower.Length - _wanted.Length) / 8)) : Distance(_wanted, lower, limit);
        if (distance <= limit)
        {
            Keep(distance, Encoding.UTF8.GetString(name));
        }
    }

    private static void Lower(Span<byte> name)
    {
        foreach (ref byte letter in name)
        {
            if (letter is >= (byte)'A' and <= (byte)'Z')
            {
                letter += 32;
            }
        }
    }

    private static int Distance(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int limit)
    {
        Span<int> previous = stackalloc int[MostLength + 1];
        Span<int> current = stackalloc int[MostLength + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            int least = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
                least = Math.Min(least, current[j]);
            }

            if (least > limit)
            {
                return int.MaxValue;
            }

            Span<int> swap = previous;
            previous = current;
            current = swap;
        }

        return previous[right.Length];
    }

    private void Keep(int distance, string name)
    {
        if (_found.Exists(found => found.Name == name))
        {
            return;
        }

        int at = _found.FindIndex(found => found.Distance > distance || (found.Distance == distance && string.CompareOrdinal(found.Name, name) > 0));
        _found.Insert(at < 0 ? _found.Count : at, (distance, name));
        if (_found.Count > _most)
        {
            _found.RemoveAt(_most);
        }
    }
}
