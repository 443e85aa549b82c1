using Instrumentation;
using WebShop.Observation;

namespace WebShop.Display;

/// <summary>The numbers of the whole run, as text.</summary>
public static class SummaryPage
{
    private const int MostWaterfalls = 3;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(Summary summary)
    {
        (Window off, Window on) = (OverheadTrial.Median(summary.Off), OverheadTrial.Median(summary.On));
        double back = 100 * summary.After.RequestsPerSecond / off.RequestsPerSecond;
        return
        [
            .. Slowest(summary),
            .. Probes(summary),
            string.Empty,
            .. Throughput(summary, off, on),
            string.Empty,
            $"Overhead   {Texts.Percent(summary.OverheadPercent)} of the throughput; {Texts.Span(off.CpuPerRequest)} of processor time a request became {Texts.Span(on.CpuPerRequest)}",
            $"Detached   throughput is at {Texts.Percent(back)} of what it was",
            Kernel(summary),
            $"Events     {Texts.Number(summary.Events)}, each read by the tables and by both files; {Texts.Number(summary.Lost)} lost",
            $"Files      {summary.ReportFile} (open it in a browser)",
            $"           {summary.TimelineFile} (open it in ui.perfetto.dev)",
            $"           {summary.EventsFile}",
        ];
    }

    private static IEnumerable<string> Slowest(Summary summary)
    {
        yield return "SLOWEST REQUESTS   █ .NET  ▓ SQL  ▒ native SQLite  ▪ system call  · waits, off the CPU  × process paused";
        foreach (ReportSpan request in summary.Slowest.Take(MostWaterfalls))
        {
            foreach (string line in Waterfall.Lines(request, summary.Pauses))
            {
                yield return line;
            }

            yield return string.Empty;
        }
    }

    private static string Kernel(Summary summary) => summary.KernelMissing is { } missing
        ? $"Kernel     not seen: {missing}"
        : $"Kernel     {Texts.Number(summary.KernelEvents)} events; {Texts.Percent(summary.AttributedPercent)} of those within SQLite, which only requests use, know their span";

    private static IEnumerable<string> Throughput(Summary summary, Window off, Window on)
    {
        TextTable table = new("REQUESTS A SECOND", ">MEDIAN", "WINDOWS");
        table.Add("probes off", Texts.Number(off.RequestsPerSecond), Rates(summary.Off));
        table.Add("probes on", Texts.Number(on.RequestsPerSecond), Rates(summary.On));
        table.Add("detached", Texts.Number(summary.After.RequestsPerSecond), string.Empty);
        return table.Lines();
    }

    private static IEnumerable<string> Probes(Summary summary)
    {
        TextTable table = new("PROBE", "STATE", ">METHODS", ">HITS", ">PASSED", ">EVENTS", ">LOST", ">FAULTS");
        foreach (ProbeTotals probe in summary.Probes)
        {
            table.Add(
                probe.Name,
                probe.State.ToString(),
                Texts.Number(probe.Reached),
                Texts.Number(probe.Counts.Hits),
                Texts.Number(probe.Counts.Passed),
                Texts.Number(probe.Counts.Emitted),
                Texts.Number(probe.Counts.Lost),
                Texts.Number(probe.Counts.Faults));
        }

        return [.. table.Lines(), .. summary.Probes.SelectMany(probe => probe.Gaps.Select(gap => $"  {probe.Name}: {gap}"))];
    }

    private static string Rates(IReadOnlyList<Window> windows) =>
        string.Join(' ', windows.Select(window => Texts.Number(window.RequestsPerSecond).PadLeft(6)));
}
