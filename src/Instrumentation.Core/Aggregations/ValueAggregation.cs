using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>
/// An aggregation of a value: an integer, or a duration, which is kept in nanoseconds. Values are taken as 64-bit signed integers; an unsigned one
/// beyond <see cref="long.MaxValue"/> counts as that.
/// </summary>
public abstract record ValueAggregation : AggregationSpec
{
    private protected ValueAggregation(ProbeExpression value) => Value = value;

    /// <summary>The value.</summary>
    public ProbeExpression Value { get; init; }

    /// <summary>What the numbers are.</summary>
    internal ValueUnit Unit => Value.Type == typeof(TimeSpan) ? ValueUnit.Nanoseconds : ValueUnit.None;

    /// <inheritdoc/>
    internal override IEnumerable<ProbeExpression> Expressions => [Value];

    /// <inheritdoc/>
    internal override AggregationSpec Select(Func<ProbeExpression, ProbeExpression> change) => this with { Value = change(Value) };
}

/// <summary>The number and the sum of values.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
public sealed record SumAggregation(ProbeExpression Value) : ValueAggregation(Value);

/// <summary>The number, the sum, the least and the greatest of values.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
public sealed record SummaryAggregation(ProbeExpression Value) : ValueAggregation(Value);

/// <summary>A histogram with a bucket per power of two.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
public sealed record Log2HistogramAggregation(ProbeExpression Value) : ValueAggregation(Value);

/// <summary>A log2 histogram of a value, and what the kernel did for the spans that gave the values.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
public sealed record BreakdownAggregation(ProbeExpression Value) : ValueAggregation(Value);

/// <summary>A histogram with equal buckets, and one below and one above them.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
/// <param name="Minimum">The lower bound of the first bucket.</param>
/// <param name="Width">The width of a bucket, more than 0.</param>
/// <param name="Buckets">The number of buckets, 1 to 1024.</param>
public sealed record LinearHistogramAggregation(ProbeExpression Value, long Minimum, long Width, int Buckets) : ValueAggregation(Value);
