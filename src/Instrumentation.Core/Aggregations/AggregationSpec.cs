using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>
/// What is kept at the source instead of events. It is a description that means the same in every backend. Closed: the derived records of this library
/// are all there are.
/// </summary>
public abstract record AggregationSpec
{
    private protected AggregationSpec()
    {
    }

    /// <summary>The expressions that are evaluated at each hit, in their order.</summary>
    internal virtual IEnumerable<ProbeExpression> Expressions => [];

    /// <summary>Makes the same aggregation of other expressions.</summary>
    /// <param name="change">Gives the replacement of an expression.</param>
    /// <returns>The aggregation.</returns>
    internal virtual AggregationSpec Select(Func<ProbeExpression, ProbeExpression> change) => this;
}

/// <summary>Counts hits that pass the condition.</summary>
public sealed record CountAggregation : AggregationSpec;

/// <summary>An aggregation for each key, of which a thread keeps a limited number.</summary>
/// <param name="Key">The key: an integer, bool, char, enum or <see cref="CodeAddress"/>.</param>
/// <param name="Inner">What is kept for each key: any aggregation that has no key itself.</param>
/// <param name="Capacity">The most distinct keys that are kept per thread, 1 to 65536; hits with further ones are aggregated together as "other".</param>
public sealed record KeyedAggregation(ProbeExpression Key, AggregationSpec Inner, int Capacity) : AggregationSpec
{
    /// <inheritdoc/>
    internal override IEnumerable<ProbeExpression> Expressions => [Key, .. Inner.Expressions];

    /// <inheritdoc/>
    internal override AggregationSpec Select(Func<ProbeExpression, ProbeExpression> change) => this with { Key = change(Key), Inner = Inner.Select(change) };
}
