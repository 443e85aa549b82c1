namespace Instrumentation.Backends;

/// <summary>A probe's counts and aggregates that a backend keeps elsewhere than in the threads of this process.</summary>
internal interface IProbeCells
{
    /// <summary>The counts, summed.</summary>
    ProbeStatistics Statistics { get; }

    /// <summary>Hits that a hit limit has let through since there is one.</summary>
    long Admitted { get; }

    /// <summary>What was lost by the number of the processor that it was lost on; a part of the lost ones in <see cref="Statistics"/>.</summary>
    IReadOnlyList<long> LostByProcessor { get; }

    /// <summary>Times that the kernel left the probe's program out; the rest of the lost ones.</summary>
    long Missed { get; }

    /// <summary>Gives the aggregate's cells of each processor, laid out as <see cref="Aggregations.AggregateCells"/> says.</summary>
    /// <param name="visit">Takes them.</param>
    void Visit(CellsVisitor visit);
}

/// <summary>Takes the cells of an aggregate.</summary>
/// <param name="key">The key, widened to 64 bits; null where the aggregation has none, and for the hits that found no room.</param>
/// <param name="cells">The cells; valid during the call.</param>
internal delegate void CellsVisitor(long? key, ReadOnlySpan<long> cells);
