using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>What is kept at the source instead of events. Closed: the derived records here are all there are.</summary>
public abstract record AggregationSpec
{
    private protected AggregationSpec()
    {
    }
}

/// <summary>Counts hits that pass the condition.</summary>
public sealed record CountAggregation : AggregationSpec;

/// <summary>Counts hits by a key.</summary>
/// <param name="Key">The key: an integer, bool, char, enum or <see cref="CodeAddress"/>.</param>
/// <param name="Capacity">The most distinct keys that are kept per thread; further ones are counted together as "other".</param>
public sealed record CountByAggregation(ProbeExpression Key, int Capacity) : AggregationSpec;

/// <summary>A histogram with a bucket per power of two.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
public sealed record Log2HistogramAggregation(ProbeExpression Value) : AggregationSpec;

/// <summary>A histogram with equal buckets, and one below and one above them.</summary>
/// <param name="Value">The value: an integer, or a duration (kept in nanoseconds).</param>
/// <param name="Minimum">The lower bound of the first bucket.</param>
/// <param name="Width">The width of a bucket, more than 0.</param>
/// <param name="Buckets">The number of buckets, 1 to 1024.</param>
public sealed record LinearHistogramAggregation(ProbeExpression Value, long Minimum, long Width, int Buckets) : AggregationSpec;
