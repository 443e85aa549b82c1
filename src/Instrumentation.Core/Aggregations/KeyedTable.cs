using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>One key of a table and what was aggregated for it.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
/// <typeparam name="TSnapshot">The aggregate's type.</typeparam>
/// <param name="Key">The key.</param>
/// <param name="Value">Its aggregate.</param>
public readonly record struct KeyedRow<TKey, TSnapshot>(TKey Key, TSnapshot Value);

/// <summary>What an aggregation by key has come to.</summary>
/// <typeparam name="TKey">The key's type: an integer, bool, char, enum or <see cref="CodeAddress"/>.</typeparam>
/// <typeparam name="TSnapshot">The aggregate of a key: <see cref="SumSnapshot"/>, <see cref="SummarySnapshot"/> or <see cref="HistogramSnapshot"/>.</typeparam>
public sealed class KeyedTable<TKey, TSnapshot> : IAggregateSnapshot<KeyedTable<TKey, TSnapshot>>
    where TKey : notnull
    where TSnapshot : IValueSnapshot<TSnapshot>
{
    private readonly KeyedReading _reading;
    private readonly Dictionary<TKey, TSnapshot> _values;

    /// <summary>Makes the snapshot.</summary>
    /// <param name="reading">The merged numbers.</param>
    internal KeyedTable(KeyedReading reading)
    {
        _reading = reading;
        AggregateReading total = reading.Empty();
        total.Add(reading.Other);
        reading.Rows.Values.ToList().ForEach(total.Add);
        Rows =
        [
            .. reading.Rows.Select(static row => new KeyedRow<TKey, TSnapshot>(KeyedReading.Decode<TKey>(row.Key), TSnapshot.Of(row.Value)))
                .OrderByDescending(static row => row.Value.Sum)
                .ThenByDescending(static row => row.Value.Count),
        ];
        Other = TSnapshot.Of(reading.Other);
        Total = TSnapshot.Of(total);
        _values = Rows.ToDictionary(static row => row.Key, static row => row.Value);
    }

    /// <summary>The keys with their aggregates, the greatest sum first. With several threads there can be more keys than the capacity, which holds for each.</summary>
    public IReadOnlyList<KeyedRow<TKey, TSnapshot>> Rows { get; }

    /// <summary>The hits with keys that found no room in their thread's table.</summary>
    public TSnapshot Other { get; }

    /// <summary>All hits.</summary>
    public TSnapshot Total { get; }

    /// <summary>
    /// The aggregates by the keys' text, the greatest sum first. It merges keys with the same text: different addresses in one method
    /// (<see cref="CodeAddress"/>) are one row of it.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, TSnapshot>> ByName =>
    [
        .. _reading.Rows.GroupBy(static row => KeyedReading.Decode<TKey>(row.Key).ToString() ?? "")
            .Select(group => KeyValuePair.Create(group.Key, Merge(group.Select(static row => row.Value))))
            .OrderByDescending(static row => row.Value.Sum)
            .ThenByDescending(static row => row.Value.Count),
    ];

    /// <summary>The aggregate of a key; an empty one when it was not seen.</summary>
    /// <param name="key">The key.</param>
    public TSnapshot this[TKey key] => _values.TryGetValue(key, out TSnapshot? value) ? value : TSnapshot.Of(_reading.Empty());

    /// <summary>A table with a line for each of the first fifty names.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => KeyedTableText.Draw(ByName, Other, Total);

    /// <inheritdoc/>
    static bool IAggregateSnapshot<KeyedTable<TKey, TSnapshot>>.Reads(AggregationSpec? aggregation) =>
        aggregation is KeyedAggregation table && table.Key.Type == typeof(TKey) && TSnapshot.Reads(table.Inner);

    /// <inheritdoc/>
    static KeyedTable<TKey, TSnapshot> IAggregateSnapshot<KeyedTable<TKey, TSnapshot>>.Read(ProbeRuntime runtime) => new(KeyedReading.Read(runtime));

    private TSnapshot Merge(IEnumerable<AggregateReading> readings)
    {
        AggregateReading merged = _reading.Empty();
        readings.ToList().ForEach(merged.Add);
        return TSnapshot.Of(merged);
    }
}
