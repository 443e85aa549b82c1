namespace Instrumentation.Aggregations;

/// <summary>The buckets of histograms: how many there are and where they lie.</summary>
internal static class HistogramBuckets
{
    /// <summary>Buckets of a log2 histogram: one for values up to 0, then [2^(k-1), 2^k) for k from 1 to 63, and one that stays empty, since values are signed.</summary>
    public const int Log2 = 65;

    /// <summary>The number of buckets of a histogram.</summary>
    /// <param name="aggregation">The aggregation.</param>
    /// <returns>65 for a log2 histogram, which a breakdown has, too; for a linear one its buckets, one below and one above them; 0 for other aggregations.</returns>
    public static int CountOf(AggregationSpec aggregation) => aggregation switch
    {
        LinearHistogramAggregation linear => linear.Buckets + 2,
        Log2HistogramAggregation or BreakdownAggregation => Log2,
        _ => 0,
    };

    /// <summary>A bucket with its bounds.</summary>
    /// <param name="aggregation">A log2 or linear histogram.</param>
    /// <param name="index">The bucket's index.</param>
    /// <param name="count">The values in it.</param>
    /// <returns>The bucket.</returns>
    public static HistogramBucket At(AggregationSpec aggregation, int index, long count)
    {
        if (aggregation is LinearHistogramAggregation linear)
        {
            long from = index == 0 ? long.MinValue : Bound(linear, index - 1);
            long to = index > linear.Buckets ? long.MaxValue : Bound(linear, index);
            return new HistogramBucket(from, to, count);
        }

        return index switch
        {
            0 => new HistogramBucket(long.MinValue, 1, count),
            >= 63 => new HistogramBucket(index == 63 ? 1L << 62 : long.MaxValue, long.MaxValue, count),
            _ => new HistogramBucket(1L << (index - 1), 1L << index, count),
        };
    }

    // The rules of specs keep the last bound within the range.
    private static long Bound(LinearHistogramAggregation linear, int index) => (long)((Int128)linear.Minimum + ((Int128)linear.Width * index));
}
