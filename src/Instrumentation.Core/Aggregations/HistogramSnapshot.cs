using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What a histogram has come to. Durations are in nanoseconds.</summary>
public sealed class HistogramSnapshot : IValueSnapshot<HistogramSnapshot>
{
    /// <summary>Makes the snapshot from its parts.</summary>
    /// <param name="buckets">All buckets, from the lowest.</param>
    /// <param name="sum">The sum of the values.</param>
    /// <param name="minimum">The least value; any number when there is none.</param>
    /// <param name="maximum">The greatest value; any number when there is none.</param>
    /// <param name="unit">What the numbers are.</param>
    internal HistogramSnapshot(IReadOnlyList<HistogramBucket> buckets, long sum, long minimum, long maximum, ValueUnit unit)
    {
        Buckets = buckets;
        Count = buckets.Sum(static bucket => bucket.Count);
        Sum = sum;
        Minimum = Count == 0 ? 0 : minimum;
        Maximum = Count == 0 ? 0 : maximum;
        Unit = unit;
    }

    /// <summary>
    /// All buckets, empty ones too, from the lowest. Log2: values up to 0, then [1, 2), [2, 4), [4, 8) and so on. Linear: what lies below the minimum,
    /// the equal buckets, and what lies above them.
    /// </summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; }

    /// <summary>The number of values.</summary>
    public long Count { get; }

    /// <summary>The sum of the values; <see cref="long.MaxValue"/> or <see cref="long.MinValue"/> when it, or a thread's part of it, has left the 64-bit range.</summary>
    public long Sum { get; }

    /// <summary>The least value; 0 when there is none.</summary>
    public long Minimum { get; }

    /// <summary>The greatest value; 0 when there is none.</summary>
    public long Maximum { get; }

    /// <summary>Whether <see cref="Sum"/> has left the 64-bit range, and stays at the end of it that it passed first. The other numbers stay right.</summary>
    public bool Saturated => AggregateCells.IsStuck(Sum);

    /// <summary>The arithmetic mean; 0 when there is no value, <see cref="double.NaN"/> when the sum is not known.</summary>
    public double Average => ValueText.Average(Count, Sum);

    /// <summary>What the numbers are.</summary>
    public ValueUnit Unit { get; }

    /// <summary>
    /// The value below which a share of the values lies. Within a bucket values are taken to lie evenly, between the bucket's bounds narrowed to
    /// <see cref="Minimum"/> and <see cref="Maximum"/>: the error is less than the width of that bucket.
    /// </summary>
    /// <param name="percent">The share, 0 to 100.</param>
    /// <returns>The value; 0 when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 100.</exception>
    public double Percentile(double percent)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "A percentile is from 0 to 100.");
        }

        double rank = percent / 100 * Count;
        double below = 0;
        foreach (HistogramBucket bucket in Buckets)
        {
            if (bucket.Count > 0 && below + bucket.Count >= rank)
            {
                // The greatest value of an integer bucket is one less than its bound.
                double from = Math.Max(bucket.From, Minimum);
                double to = Math.Min(bucket.To == long.MaxValue ? bucket.To : bucket.To - 1, Maximum);
                return from + (Math.Max(0, to - from) * (rank - below) / bucket.Count);
            }

            below += bucket.Count;
        }

        return Maximum;
    }

    /// <summary>A bar chart of the buckets, from the first to the last that is not empty.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => HistogramText.Draw(this);

    /// <inheritdoc/>
    static IReadOnlyList<string> IValueSnapshot<HistogramSnapshot>.Titles { get; } = ["count", "average", "least", "median", "99 % below", "greatest"];

    /// <inheritdoc/>
    IReadOnlyList<string> IValueSnapshot<HistogramSnapshot>.Figures =>
    [
        Count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
        ValueText.Of(Average, Unit),
        ValueText.Of(Minimum, Unit),
        ValueText.Of(Percentile(50), Unit),
        ValueText.Of(Percentile(99), Unit),
        ValueText.Of(Maximum, Unit),
    ];

    /// <inheritdoc/>
    static bool IAggregateSnapshot<HistogramSnapshot>.Reads(AggregationSpec? aggregation) => aggregation is Log2HistogramAggregation or LinearHistogramAggregation;

    /// <inheritdoc/>
    static HistogramSnapshot IAggregateSnapshot<HistogramSnapshot>.Read(ProbeRuntime runtime) => Of(AggregateReading.Read(runtime));

    /// <inheritdoc/>
    static HistogramSnapshot IValueSnapshot<HistogramSnapshot>.Of(AggregateReading reading) => Of(reading);

    /// <summary>Makes the snapshot.</summary>
    /// <param name="reading">The merged numbers.</param>
    /// <returns>The snapshot.</returns>
    internal static HistogramSnapshot Of(AggregateReading reading) => new(reading.Buckets, reading.Sum, reading.Least, reading.Greatest, reading.Unit);
}
