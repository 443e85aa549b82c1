using Instrumentation.Events;

namespace Instrumentation.Aggregations;

/// <summary>Sums a histogram's cells over all threads, while they may be written.</summary>
internal sealed class HistogramReading
{
    private readonly long[] _counts;
    private long _sum;
    private long _least = long.MaxValue;
    private long _greatest = long.MinValue;

    private HistogramReading(int buckets) => _counts = new long[buckets];

    /// <summary>Reads a probe's histogram.</summary>
    /// <param name="runtime">The probe, not removed.</param>
    /// <returns>The snapshot.</returns>
    public static HistogramSnapshot Read(ProbeRuntime runtime)
    {
        AggregationSpec aggregation = runtime.Spec.Aggregation!;
        HistogramReading reading = new(HistogramCells.BucketCount(aggregation));
        Sum(runtime, reading);
        Type value = (aggregation is LinearHistogramAggregation linear ? linear.Value : ((Log2HistogramAggregation)aggregation).Value).Type;
        HistogramUnit unit = value == typeof(TimeSpan) ? HistogramUnit.Nanoseconds : HistogramUnit.None;
        HistogramBucket[] buckets = [.. reading._counts.Select((count, index) => Bucket(aggregation, index, count))];
        return new HistogramSnapshot(buckets, reading._sum, reading._least, reading._greatest, unit);
    }

    private static unsafe void Sum(ProbeRuntime runtime, HistogramReading reading) => ProbeBlocks.Visit(runtime, reading, static (_, block, reading) =>
    {
        // SAFETY: the cells follow the block and are as long as its aggregation says. Buckets are read first: least and greatest then cover them.
        long* cells = (long*)(block + 1);
        for (int i = 0; i < reading._counts.Length; i++)
        {
            reading._counts[i] += Volatile.Read(ref cells[HistogramCells.Buckets + i]);
        }

        reading._sum = HistogramCells.SaturatingSum(reading._sum, Volatile.Read(ref cells[HistogramCells.Sum]));
        reading._least = Math.Min(reading._least, Volatile.Read(ref cells[HistogramCells.Least]) ^ long.MaxValue);
        reading._greatest = Math.Max(reading._greatest, Volatile.Read(ref cells[HistogramCells.Greatest]) ^ long.MinValue);
    });

    private static HistogramBucket Bucket(AggregationSpec aggregation, int index, long count)
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

    private static long Bound(LinearHistogramAggregation linear, int index) => HistogramCells.SaturatingSum(linear.Minimum, linear.Width * index);
}
