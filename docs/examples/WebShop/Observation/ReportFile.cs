using System.Globalization;
using Instrumentation;
using WebShop.Display;

namespace WebShop.Observation;

/// <summary>Writes what was found as a page to look at.</summary>
public static class ReportFile
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="summary">The numbers.</param>
    /// <param name="watch">Who has seen it.</param>
    public static Task WriteAsync(string path, Summary summary, ShopWatch watch)
    {
        HtmlReport report = new("WebShop")
        {
            Introduction = "A web shop under load, watched from inside while it ran: what its requests waited for, down to system calls, and what watching cost.",
            Loss = watch.Loss,
            RequestsSeen = watch.Picture.Slowest.Seen,
        };
        AddFigures(report, summary);
        foreach (ReportSpan request in summary.Slowest)
        {
            report.Add(request);
        }

        foreach (ReportSpan pause in summary.Pauses)
        {
            report.AddPause(pause);
        }

        AddProfiles(report, watch.Look);
        report.Add("SQL commands", summary.SqlDurations, ValueUnit.Nanoseconds);
        AddTables(report, summary);
        foreach (ReportProbe probe in watch.ReportProbes())
        {
            report.Add(probe);
        }

        AddMissing(report, watch);
        return report.WriteFileAsync(path);
    }

    private static void AddFigures(HtmlReport report, Summary summary)
    {
        Window off = OverheadTrial.Median(summary.Off);
        report.Add(new ReportFigure("Requests a second", Texts.Number(off.RequestsPerSecond), "without probes, median of the windows"));
        report.Add(new ReportFigure("Overhead", Texts.Percent(summary.OverheadPercent), "of the throughput, at full load, with every event read three times"));
        report.Add(new ReportFigure("Managed events", Texts.Number(summary.Events - summary.KernelEvents)));
        report.Add(new ReportFigure("Kernel events", Texts.Number(summary.KernelEvents), "while the shop was looked at closely"));
        report.Add(new ReportFigure("Attributed", Texts.Percent(summary.AttributedPercent), "of the kernel events within SQLite, which only requests use, know their span"));
        report.Add(new ReportFigure("Lost", Texts.Number(summary.Lost), "events"));
        report.Add(new ReportFigure("GC pauses", Texts.Number(summary.Pauses.Count), $"longest {Texts.Nanoseconds(summary.Pauses.Select(static pause => pause.Nanoseconds).DefaultIfEmpty(0).Max())}"));
    }

    private static void AddProfiles(HtmlReport report, CloseLook look)
    {
        if (look.OnCpu is { } on)
        {
            report.Add("On the CPU", on);
        }

        if (look.OffCpu is { } off)
        {
            report.Add("Off the CPU", off);
        }
    }

    private static void AddTables(HtmlReport report, Summary summary)
    {
        report.Add(new ReportTable("Requests by route", ["route", ">requests", ">mean ms", ">p99 ms", "answers"], [.. summary.Routes.Take(20).Select(static row => (IReadOnlyList<string>)
            [row.Route, Texts.Number(row.Count), Texts.Milliseconds(row.Mean), Texts.Milliseconds(row.P99), string.Join("  ", row.Statuses.Select(static status => $"{status.Key}: {Texts.Number(status.Value)}"))])]));
        report.Add(new ReportTable("What the kernel did for the mean request", ["route", ">system calls", ">in them, ms", ">waiting, ms", ">queued for a processor, ms", ">page faults"],
            [.. summary.Routes.Where(static row => row.Kernel is not null).Take(20).Select(static row => (IReadOnlyList<string>)
            [row.Route, Texts.Number(row.Kernel!.Syscalls), Texts.Milliseconds(row.Kernel.InSyscalls), Texts.Milliseconds(row.Kernel.Waited), Texts.Milliseconds(row.Kernel.Queued), row.Kernel.PageFaults.ToString("F1", CultureInfo.InvariantCulture)])]));
        report.Add(new ReportTable($"SQL over {Texts.Span(ShopProbes.SlowSql)}", ["command", ">count", ">mean ms", ">max ms"], [.. summary.SlowSql.Take(10).Select(static row => (IReadOnlyList<string>)
            [Texts.OneLine(row.Sql, 200), Texts.Number(row.Count), Texts.Milliseconds(row.Mean), Texts.Milliseconds(row.Maximum)])]));
        report.Add(new ReportTable("Exceptions", ["type", "thrown by", "caught by", ">count"], [.. summary.Exceptions.Take(12).Select(static row => (IReadOnlyList<string>)
            [Texts.ShortType(row.Type), Texts.ShortMethod(row.ThrownBy), Texts.ShortMethod(row.CaughtBy), Texts.Number(row.Count)])]));
        report.Add(new ReportTable("Who runs SQL", ["method", ">commands"], [.. summary.SqlCallers.Take(12).Select(static row => (IReadOnlyList<string>)[Texts.ShortMethod(row.Key), Texts.Number(row.Value)])]));
        report.Add(new ReportTable("Requests a second", ["window", ">median", "windows"],
        [
            ["probes off", Texts.Number(OverheadTrial.Median(summary.Off).RequestsPerSecond), Rates(summary.Off)],
            ["probes on", Texts.Number(OverheadTrial.Median(summary.On).RequestsPerSecond), Rates(summary.On)],
            ["detached", Texts.Number(summary.After.RequestsPerSecond), ""],
        ]));
    }

    private static void AddMissing(HtmlReport report, ShopWatch watch)
    {
        if (watch.Look.Missing is { } missing)
        {
            report.Add(new ReportGap("The kernel's part: native functions, system calls, waits, and the flame graphs", missing));
        }

        if (watch.Observer.AccountingMissing is { } accounting)
        {
            report.Add(new ReportGap("Totals of the spans: where each request's time went", accounting));
        }

        if (watch.Picture.Slowest.Dropped is > 0 and var dropped)
        {
            report.Add(new ReportGap($"{dropped.ToString("N0", CultureInfo.InvariantCulture)} events of the waterfalls", "Their request never ended while it was watched."));
        }
    }

    private static string Rates(IReadOnlyList<Window> windows) => string.Join("  ", windows.Select(static window => Texts.Number(window.RequestsPerSecond)));
}
