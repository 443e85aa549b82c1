using System.Globalization;

namespace Instrumentation.Writers.Report;

/// <summary>What of a report fits on its page, and what that leaves out.</summary>
/// <param name="Requests">The slowest requests, the slowest first, with as many bars as the page takes.</param>
/// <param name="Seen">How many requests there were.</param>
/// <param name="Gaps">What is missing, as far as the report's own data tells.</param>
internal sealed record ReportSelection(IReadOnlyList<ReportSpan> Requests, long Seen, IReadOnlyList<ReportGap> Gaps)
{
    /// <summary>Selects.</summary>
    /// <param name="report">The report.</param>
    /// <returns>The selection.</returns>
    public static ReportSelection Of(HtmlReport report)
    {
        List<ReportSpan> requests = [];
        int room = Math.Max(report.MaximumBars, 1);
        long cut = 0;
        foreach (ReportSpan request in report.Requests.OrderByDescending(static request => request.Nanoseconds).Take(report.MaximumRequests))
        {
            (ReportSpan fitting, int taken) = Fit(request, room);
            cut += request.Count - taken;
            room = Math.Max(room - taken, 1);
            requests.Add(fitting);
        }

        return new ReportSelection(requests, Math.Max(report.RequestsSeen, report.Requests.Count), [.. GapsOf(report, cut)]);
    }

    private static IEnumerable<ReportGap> GapsOf(HtmlReport report, long cut)
    {
        if (cut > 0)
        {
            yield return new ReportGap($"{Number(cut)} bars of the waterfalls", $"A page holds at most {Number(report.MaximumBars)}; the deepest levels were left out.", "Raise MaximumBars.");
        }

        if (report.Loss is null)
        {
            yield return new ReportGap("How many events were lost", "The report was written without the session's ledger.", "Set Loss to session.Events.Loss.");
        }
        else if (report.Loss.Total > 0)
        {
            yield return new ReportGap($"{Number(report.Loss.Total)} events", "They were seen and lost on the way to a reader; the ledger below says where.", "Capture less, sample, or give rings and readers more room.");
        }

        foreach (FlameGraph flame in report.Flames.Where(static flame => flame.Lost > 0))
        {
            yield return new ReportGap($"{Number(flame.Lost)} stacks of the flame graph “{flame.Title}”", "The table of stacks had no room for them.");
        }

        foreach (ReportProbe probe in report.Probes.Where(static probe => probe.Coverage.State != ProbeState.Armed))
        {
            CoverageGap? first = probe.Coverage.Gaps.FirstOrDefault();
            string others = probe.Coverage.Gaps.Count > 1 ? $" The table of probes names {Number(probe.Coverage.Gaps.Count - 1)} more." : "";
            yield return new ReportGap(
                probe.Coverage.State == ProbeState.Blind ? $"Everything that the probe “{probe.Name}” was to see" : $"A part of what the probe “{probe.Name}” was to see",
                first is null ? "It reaches no place." : $"{first.Place}: {first.Reason}{others}",
                first?.Mend ?? "");
        }
    }

    // Level by level, so that what is left out is what lies deepest.
    private static (ReportSpan Span, int Taken) Fit(ReportSpan request, int room)
    {
        int count = request.Count;
        if (count <= room)
        {
            return (request, count);
        }

        HashSet<ReportSpan> kept = new(ReferenceEqualityComparer.Instance);
        Queue<ReportSpan> level = new([request]);
        while (kept.Count < room && level.TryDequeue(out ReportSpan? span))
        {
            kept.Add(span);
            foreach (ReportSpan child in span.Children)
            {
                level.Enqueue(child);
            }
        }

        return (Prune(request, kept), kept.Count);
    }

    private static ReportSpan Prune(ReportSpan span, HashSet<ReportSpan> kept) =>
        span with { Children = [.. span.Children.Where(kept.Contains).Select(child => Prune(child, kept))] };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
