using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What reading an aggregate gives. Closed: the snapshots of this library are all there are.</summary>
/// <typeparam name="TSelf">The snapshot itself.</typeparam>
public interface IAggregateSnapshot<TSelf>
    where TSelf : IAggregateSnapshot<TSelf>
{
    /// <summary>Reads a probe's cells on all threads, while they may be written.</summary>
    /// <param name="runtime">The probe, not removed.</param>
    /// <returns>The snapshot.</returns>
    internal static abstract TSelf Read(ProbeRuntime runtime);

    /// <summary>Whether this is what reading an aggregation gives.</summary>
    /// <param name="aggregation">The aggregation; null for none.</param>
    /// <returns>True when it is.</returns>
    internal static abstract bool Reads(AggregationSpec? aggregation);
}
