using System.Globalization;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What a count has come to.</summary>
/// <param name="Total">Hits that passed the condition and the limits.</param>
public readonly record struct CountSnapshot(long Total) : IAggregateSnapshot<CountSnapshot>
{
    /// <inheritdoc/>
    static bool IAggregateSnapshot<CountSnapshot>.Reads(AggregationSpec? aggregation) => aggregation is CountAggregation;

    /// <inheritdoc/>
    static CountSnapshot IAggregateSnapshot<CountSnapshot>.Read(ProbeRuntime runtime)
    {
        ProbeStatistics sum = ProbeBlocks.Sum(runtime);
        return new(sum.Passed - sum.Suppressed);
    }

    /// <inheritdoc/>
    public override string ToString() => Total.ToString("N0", CultureInfo.InvariantCulture);
}
