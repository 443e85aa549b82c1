namespace Instrumentation.Aggregations;

/// <summary>How many bytes of cells follow a probe's block on each thread.</summary>
internal static class AggregationLayout
{
    /// <summary>The bytes for an aggregation.</summary>
    /// <param name="aggregation">The aggregation; null for a probe with events.</param>
    /// <returns>The bytes, a multiple of 8; 0 when the block's own counters are enough.</returns>
    public static int BytesFor(AggregationSpec? aggregation) => aggregation switch
    {
        Log2HistogramAggregation or LinearHistogramAggregation => HistogramCells.Bytes(aggregation),
        CountByAggregation table => KeyedCells.Bytes(table.Capacity),
        _ => 0,
    };
}
