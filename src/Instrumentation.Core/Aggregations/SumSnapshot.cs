using System.Globalization;
using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What a sum has come to. Durations are in nanoseconds.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="Sum">The sum of the values; <see cref="long.MaxValue"/> or <see cref="long.MinValue"/> when it, or a thread's part of it, has left the 64-bit range.</param>
/// <param name="Unit">What the numbers are.</param>
public readonly record struct SumSnapshot(long Count, long Sum, ValueUnit Unit) : IValueSnapshot<SumSnapshot>
{
    /// <summary>Whether <see cref="Sum"/> has left the 64-bit range, and stays at the end of it that it passed first.</summary>
    public bool Saturated => AggregateCells.IsStuck(Sum);

    /// <summary>The arithmetic mean; 0 when there is no value, <see cref="double.NaN"/> when the sum is not known.</summary>
    public double Average => ValueText.Average(Count, Sum);

    /// <inheritdoc/>
    static IReadOnlyList<string> IValueSnapshot<SumSnapshot>.Titles { get; } = ["sum", "count", "average"];

    /// <inheritdoc/>
    IReadOnlyList<string> IValueSnapshot<SumSnapshot>.Figures => [ValueText.Sum(Sum, Unit), Count.ToString("N0", CultureInfo.InvariantCulture), ValueText.Of(Average, Unit)];

    /// <summary>Sum, count and average on one line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Count == 0 ? "no values" : string.Create(CultureInfo.InvariantCulture, $"{ValueText.Sum(Sum, Unit)} in {Count:N0} values: average {ValueText.Of(Average, Unit)}");

    /// <inheritdoc/>
    static bool IAggregateSnapshot<SumSnapshot>.Reads(AggregationSpec? aggregation) => aggregation is SumAggregation;

    /// <inheritdoc/>
    static SumSnapshot IAggregateSnapshot<SumSnapshot>.Read(ProbeRuntime runtime) => Of(AggregateReading.Read(runtime));

    /// <inheritdoc/>
    static SumSnapshot IValueSnapshot<SumSnapshot>.Of(AggregateReading reading) => Of(reading);

    private static SumSnapshot Of(AggregateReading reading) => new(reading.Count, reading.Sum, reading.Unit);
}
