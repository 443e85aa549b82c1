using System.Globalization;
using Instrumentation.Events;

namespace Instrumentation.Aggregations;

/// <summary>The numbers of aggregates as people read them.</summary>
internal static class ValueText
{
    /// <summary>A number in its unit.</summary>
    /// <param name="value">The number.</param>
    /// <param name="unit">What it is.</param>
    /// <returns>The text.</returns>
    public static string Of(double value, ValueUnit unit) =>
        double.IsNaN(value) ? "unknown"
        : unit == ValueUnit.Nanoseconds ? DurationText.Of(value)
        : value.ToString(value == Math.Floor(value) ? "N0" : "N1", CultureInfo.InvariantCulture);

    /// <summary>A sum in its unit, or that it is not known.</summary>
    /// <param name="sum">The sum.</param>
    /// <param name="unit">What it is.</param>
    /// <returns>The text.</returns>
    public static string Sum(long sum, ValueUnit unit) =>
        AggregateCells.IsStuck(sum) ? "beyond 64 bits"
        : unit == ValueUnit.Nanoseconds ? DurationText.Of(sum)
        : sum.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An arithmetic mean.</summary>
    /// <param name="count">The number of values.</param>
    /// <param name="sum">Their sum.</param>
    /// <returns>The mean; 0 when there is no value, <see cref="double.NaN"/> when the sum is not known.</returns>
    public static double Average(long count, long sum) => count == 0 ? 0 : AggregateCells.IsStuck(sum) ? double.NaN : (double)sum / count;
}
