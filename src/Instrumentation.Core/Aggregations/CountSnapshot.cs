using System.Globalization;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What a count has come to.</summary>
/// <param name="Total">Hits that passed the condition.</param>
public readonly record struct CountSnapshot(long Total) : IAggregateSnapshot<CountSnapshot>
{
    /// <inheritdoc/>
    static CountSnapshot IAggregateSnapshot<CountSnapshot>.Read(ProbeRuntime runtime) => new(ProbeBlocks.Sum(runtime).Passed);

    /// <inheritdoc/>
    public override string ToString() => Total.ToString("N0", CultureInfo.InvariantCulture);
}
