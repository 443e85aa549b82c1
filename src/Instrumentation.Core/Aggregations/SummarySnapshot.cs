using System.Globalization;
using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What a summary has come to. Durations are in nanoseconds.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="Sum">The sum of the values; <see cref="long.MaxValue"/> or <see cref="long.MinValue"/> when it, or a thread's part of it, has left the 64-bit range.</param>
/// <param name="Minimum">The least value; 0 when there is none.</param>
/// <param name="Maximum">The greatest value; 0 when there is none.</param>
/// <param name="Unit">What the numbers are.</param>
public readonly record struct SummarySnapshot(long Count, long Sum, long Minimum, long Maximum, ValueUnit Unit) : IValueSnapshot<SummarySnapshot>
{
    /// <summary>Whether <see cref="Sum"/> has left the 64-bit range, and stays at the end of it that it passed first. The other numbers stay right.</summary>
    public bool Saturated => AggregateCells.IsStuck(Sum);

    /// <summary>The arithmetic mean; 0 when there is no value, <see cref="double.NaN"/> when the sum is not known.</summary>
    public double Average => ValueText.Average(Count, Sum);

    /// <inheritdoc/>
    static IReadOnlyList<string> IValueSnapshot<SummarySnapshot>.Titles { get; } = ["count", "sum", "average", "least", "greatest"];

    /// <inheritdoc/>
    IReadOnlyList<string> IValueSnapshot<SummarySnapshot>.Figures =>
    [
        Count.ToString("N0", CultureInfo.InvariantCulture),
        ValueText.Sum(Sum, Unit),
        ValueText.Of(Average, Unit),
        ValueText.Of(Minimum, Unit),
        ValueText.Of(Maximum, Unit),
    ];

    /// <summary>All numbers on one line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Count == 0
        ? "no values"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Count:N0} values: sum {ValueText.Sum(Sum, Unit)}, average {ValueText.Of(Average, Unit)}, least {ValueText.Of(Minimum, Unit)}, greatest {ValueText.Of(Maximum, Unit)}");

    /// <inheritdoc/>
    static bool IAggregateSnapshot<SummarySnapshot>.Reads(AggregationSpec? aggregation) => aggregation is SummaryAggregation;

    /// <inheritdoc/>
    static SummarySnapshot IAggregateSnapshot<SummarySnapshot>.Read(ProbeRuntime runtime) => Of(AggregateReading.Read(runtime));

    /// <inheritdoc/>
    static SummarySnapshot IValueSnapshot<SummarySnapshot>.Of(AggregateReading reading) => Of(reading);

    private static SummarySnapshot Of(AggregateReading reading) => new(reading.Count, reading.Sum, reading.Least, reading.Greatest, reading.Unit);
}
