using System.Globalization;

namespace Instrumentation;

/// <summary>What a probe is expected to cost: what <see cref="InstrumentationSession.ForecastAsync"/> has found.</summary>
/// <param name="Coverage">What the probe would reach.</param>
/// <param name="Look">How long the hits were counted.</param>
/// <param name="HitsPerSecond">The hits of a second while they were counted; where there were many, of the busiest part of that time.</param>
/// <param name="ReportsPerSecond">Those of them that pass the condition and the limits: what is written or aggregated.</param>
/// <param name="NanosecondsPerHit">What a hit costs on this machine, a mean over those that are reported and those that are not; includes what inlining saves a method that is not probed.</param>
/// <param name="CpuPercent">The processor time of all hits, in percent of one processor.</param>
/// <param name="EventsPerSecond">The events; 0 for a probe that aggregates.</param>
/// <param name="BytesPerSecond">The bytes of the events; of strings a typical length.</param>
/// <param name="Notes">What the figures do not cover, in words.</param>
public sealed record CostForecast(
    ProbeCoverage Coverage,
    TimeSpan Look,
    double HitsPerSecond,
    double ReportsPerSecond,
    double NanosecondsPerHit,
    double CpuPercent,
    double EventsPerSecond,
    double BytesPerSecond,
    IReadOnlyList<string> Notes)
{
    /// <summary>Whether the probe alone would keep within a budget.</summary>
    /// <param name="budget">The budget.</param>
    /// <returns>True when it would.</returns>
    public bool Fits(OverheadBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new Governor.BudgetLoad(CpuPercent, EventsPerSecond, BytesPerSecond).ShareOf(budget) <= 1;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{HitsPerSecond:N0} hits/s at {NanosecondsPerHit:0.#} ns: {CpuPercent:0.###} % of a processor, {EventsPerSecond:N0} events/s, {BytesPerSecond:N0} B/s")
        + string.Concat(Notes.Select(static note => $"{Environment.NewLine}  {note}"));
}
