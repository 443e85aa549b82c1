using Instrumentation.Governor;

namespace Instrumentation.Backends;

/// <summary>
/// A probe's counts and aggregates that a backend keeps elsewhere than in the probe's blocks: in woven code's own cells, or in the kernel. They can be read after the
/// detach, too. What a backend does not keep is nothing.
/// </summary>
internal interface IProbeCells
{
    /// <summary>The counts, summed.</summary>
    ProbeStatistics Statistics { get; }

    /// <summary>Hits that a hit limit has let through since there is one.</summary>
    long Admitted => 0;

    /// <summary>What was lost by the number of the processor that it was lost on; a part of the lost ones in <see cref="Statistics"/>.</summary>
    IReadOnlyList<long> LostByProcessor => [];

    /// <summary>Times that the kernel left the probe's program out; the rest of the lost ones.</summary>
    long Missed => 0;

    /// <summary>The processor time of the kernel's programs that was measured so far.</summary>
    ProgramTime Time => default;

    /// <summary>Begins to measure the time of the kernel's programs.</summary>
    /// <returns>What ends it; null where nothing can be measured.</returns>
    IDisposable? Measure() => null;

    /// <summary>Gives the aggregate's cells of each processor, laid out as <see cref="Aggregations.AggregateCells"/> says.</summary>
    /// <param name="visit">Takes them.</param>
    void Visit(CellsVisitor visit)
    {
    }
}

/// <summary>Takes the cells of an aggregate.</summary>
/// <param name="key">The key, widened to 64 bits; null where the aggregation has none, and for the hits that found no room.</param>
/// <param name="cells">The cells; valid during the call.</param>
internal delegate void CellsVisitor(long? key, ReadOnlySpan<long> cells);
