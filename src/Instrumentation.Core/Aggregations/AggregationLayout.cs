namespace Instrumentation.Aggregations;

/// <summary>How many bytes of cells follow a probe's block on each thread.</summary>
internal static class AggregationLayout
{
    /// <summary>The most bytes of cells on a thread.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>The bytes for an aggregation.</summary>
    /// <param name="aggregation">The aggregation; null for a probe with events.</param>
    /// <returns>The bytes, a multiple of 8; 0 when the block's own counters are enough.</returns>
    public static long BytesFor(AggregationSpec? aggregation) => aggregation switch
    {
        null or CountAggregation or StackAggregation => 0,
        KeyedAggregation table => KeyedCells.Bytes(table.Capacity, AggregateCells.Words(table.Inner)),
        _ => AggregateCells.Words(aggregation) * sizeof(long),
    };
}
