using WebShop.Observation;

namespace WebShop.Display;

/// <summary>The numbers of the whole run, as text.</summary>
public static class SummaryPage
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(Summary summary)
    {
        double off = OverheadTrial.Median(summary.RequestsPerSecondOff);
        return
        [
            .. Probes(summary),
            string.Empty,
            $"Requests a second   probes off  {Rates(summary.RequestsPerSecondOff)}   median {Texts.Number(off)}",
            $"                    probes on   {Rates(summary.RequestsPerSecondOn)}   median {Texts.Number(OverheadTrial.Median(summary.RequestsPerSecondOn))}",
            $"                    detached    {Texts.Number(summary.RequestsPerSecondAfter)}, {Texts.Percent(100 * summary.RequestsPerSecondAfter / off)} of what it was",
            $"Overhead            {Texts.Percent(summary.OverheadPercent)}, with {Texts.Number(summary.Events)} events read three times: for the tables and for both files",
            $"Lost                {Texts.Number(summary.Lost)}",
            $"Files               {summary.TimelineFile} (open it in ui.perfetto.dev)",
            $"                    {summary.EventsFile}",
        ];
    }

    private static IEnumerable<string> Probes(Summary summary)
    {
        TextTable table = new("PROBE", ">METHODS", ">HITS", ">PASSED", ">EVENTS", ">LOST", ">FAULTS");
        foreach (ProbeTotals probe in summary.Probes)
        {
            table.Add(
                probe.Name,
                Texts.Number(probe.Reached),
                Texts.Number(probe.Counts.Hits),
                Texts.Number(probe.Counts.Passed),
                Texts.Number(probe.Counts.Emitted),
                Texts.Number(probe.Counts.Lost),
                Texts.Number(probe.Counts.Faults));
        }

        return [.. table.Lines(), .. summary.Probes.SelectMany(probe => probe.Gaps.Select(gap => $"  {probe.Name} does not see {gap}"))];
    }

    private static string Rates(IReadOnlyList<double> rates) => string.Join("  ", rates.Select(rate => Texts.Number(rate).PadLeft(6)));
}
