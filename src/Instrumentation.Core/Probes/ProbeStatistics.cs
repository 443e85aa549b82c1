namespace Instrumentation;

/// <summary>Counts of one probe since it was attached, summed over all threads. Monotonic while it is attached.</summary>
/// <param name="Hits">
/// Times that the place was reached, outside of the library's own code. A condition over primitive arguments is decided before anything is counted: hits that it
/// turns away are not in here, so that they cost next to nothing.
/// </param>
/// <param name="Passed">Hits that the condition let through; equals <paramref name="Hits"/> without a condition. Calls that are still under way may be missing.</param>
/// <param name="Emitted">Events written into a ring.</param>
/// <param name="Lost">
/// Events that passed and did not reach a reader: no room in the ring, or a reader too slow. For kernel probes also calls whose beginning could not be kept, and times
/// that the kernel left the probe's program out; for those of added backends what <see cref="Backends.ProbeSink.ReportLost"/> was told.
/// </param>
/// <param name="Faults">Evaluations that met null, a wrong type or a division by zero: a condition is then false, a captured value its default.</param>
/// <param name="Suppressed">Passed hits that a limit (<see cref="ProbeLimits"/>) turned away: neither reported nor aggregated.</param>
public readonly record struct ProbeStatistics(long Hits, long Passed, long Emitted, long Lost, long Faults, long Suppressed = 0)
{
    /// <summary>What the probe costs; null in a session without a budget (<see cref="InstrumentationOptions.Budget"/>), and in the first tenth of a second.</summary>
    public ProbeCost? Cost { get; init; }
}
