using Instrumentation;

namespace WebShop.Observation;

/// <summary>A probe's counts over all the times that it was attached.</summary>
/// <param name="Name">The probe.</param>
/// <param name="State">What it could see when it was attached last.</param>
/// <param name="Reached">How many methods it observes.</param>
/// <param name="Gaps">What it does not, or not fully, see, in words.</param>
/// <param name="Counts">The counts.</param>
/// <param name="Blanks">How many of the times it saw nothing at all.</param>
public sealed record ProbeTotals(string Name, ProbeState State, int Reached, IReadOnlyList<string> Gaps, ProbeStatistics Counts, int Blanks)
{
    /// <summary>The counts of one attached probe.</summary>
    public static ProbeTotals Of(ProbeHandle handle) => new(
        handle.Name,
        handle.Coverage.State,
        handle.Coverage.Reached.Count,
        [.. handle.Coverage.Gaps.Select(gap => $"{gap.Place}: {gap.Reason}")],
        handle.Statistics,
        handle.Statistics.Passed == 0 ? 1 : 0);

    /// <summary>Adds the counts of another time.</summary>
    public ProbeTotals Plus(ProbeTotals other) => other with
    {
        Blanks = Blanks + other.Blanks,
        Counts = new ProbeStatistics(
            Counts.Hits + other.Counts.Hits,
            Counts.Passed + other.Counts.Passed,
            Counts.Emitted + other.Counts.Emitted,
            Counts.Lost + other.Counts.Lost,
            Counts.Faults + other.Counts.Faults),
    };
}
