using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>Counts hits by the stack that the thread had, and adds up a value of them. Points of the kernel, of native code and samples only.</summary>
/// <param name="Capacity">The most distinct stacks, 1 to 65536; about 2 KB of kernel memory are taken for each.</param>
public sealed record StackAggregation(int Capacity) : AggregationSpec
{
    /// <summary>What is added up for each stack: an integer, or a duration (kept in nanoseconds); null when hits are only counted.</summary>
    public ProbeExpression? Weight { get; init; }

    /// <summary>What the weights are; null when hits are only counted.</summary>
    internal ValueUnit? Unit => Weight is null ? null : Weight.Type == typeof(TimeSpan) ? ValueUnit.Nanoseconds : ValueUnit.None;

    /// <inheritdoc/>
    internal override IEnumerable<ProbeExpression> Expressions => Weight is null ? [] : [Weight];

    /// <inheritdoc/>
    internal override AggregationSpec Select(Func<ProbeExpression, ProbeExpression> change) => Weight is null ? this : this with { Weight = change(Weight) };
}
