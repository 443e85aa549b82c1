using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>One key of a table and its hits.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
/// <param name="Key">The key.</param>
/// <param name="Count">Its hits.</param>
public readonly record struct CountRow<TKey>(TKey Key, long Count);

/// <summary>What a count by key has come to.</summary>
/// <typeparam name="TKey">The key's type: an integer, bool, char, enum or <see cref="CodeAddress"/>.</typeparam>
public sealed class CountTable<TKey> : IAggregateSnapshot<CountTable<TKey>>
    where TKey : notnull
{
    private readonly Dictionary<TKey, long> _counts;

    /// <summary>Makes the snapshot from its parts.</summary>
    /// <param name="rows">The keys with their hits, in any order; each key once.</param>
    /// <param name="other">Hits without room.</param>
    internal CountTable(IEnumerable<CountRow<TKey>> rows, long other)
    {
        Rows = [.. rows.OrderByDescending(static row => row.Count)];
        Other = other;
        Total = other + Rows.Sum(static row => row.Count);
        _counts = Rows.ToDictionary(static row => row.Key, static row => row.Count);
    }

    /// <summary>The keys with their hits, the most hits first. With several threads there can be more keys than the capacity, which holds for each.</summary>
    public IReadOnlyList<CountRow<TKey>> Rows { get; }

    /// <summary>Hits with keys that found no room in their thread's table.</summary>
    public long Other { get; }

    /// <summary>All hits.</summary>
    public long Total { get; }

    /// <summary>
    /// Hits by the keys' text, the most first. It sums keys with the same text: different addresses in one method (<see cref="CodeAddress"/>) are one
    /// row of it.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, long>> ByName =>
    [
        .. Rows.GroupBy(static row => row.Key.ToString() ?? "")
            .Select(static group => KeyValuePair.Create(group.Key, group.Sum(static row => row.Count)))
            .OrderByDescending(static row => row.Value),
    ];

    /// <summary>The hits of a key; 0 when it was not seen.</summary>
    /// <param name="key">The key.</param>
    public long this[TKey key] => _counts.GetValueOrDefault(key);

    /// <summary>A table, the most hits first.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => CountTableText.Draw(ByName, Other, Total);

    /// <inheritdoc/>
    static bool IAggregateSnapshot<CountTable<TKey>>.Reads(AggregationSpec? aggregation) => aggregation is KeyedAggregation { Inner: CountAggregation } table && table.Key.Type == typeof(TKey);

    /// <inheritdoc/>
    static CountTable<TKey> IAggregateSnapshot<CountTable<TKey>>.Read(ProbeRuntime runtime)
    {
        KeyedReading reading = KeyedReading.Read(runtime);
        return new CountTable<TKey>(reading.Rows.Select(static row => new CountRow<TKey>(KeyedReading.Decode<TKey>(row.Key), row.Value.Count)), reading.Other.Count);
    }
}
