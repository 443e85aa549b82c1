using Instrumentation;
using WebShop.Observation;

namespace WebShop.Display;

/// <summary>What the probes have seen, as text.</summary>
/// <param name="watch">Who has seen it.</param>
public sealed class ShopPage(ShopWatch watch)
{
    private const int BarWidth = 40;
    private const int TextWidth = 76;

    private long _lastEvents;

    /// <summary>What goes on, in one line.</summary>
    public string StateLine()
    {
        long events = watch.Picture.Events;
        string line = $"{watch.Phase,-16} {Texts.Number(watch.RequestsPerSecond()),6} requests/s  {Texts.Number(events - _lastEvents),6} events/s"
            + $"  {Texts.Number(events),8} events so far, {Texts.Number(watch.Lost)} lost";
        _lastEvents = events;
        return line;
    }

    /// <summary>All tables.</summary>
    public IEnumerable<string> Tables() =>
    [
        .. Routes(),
        string.Empty,
        .. SlowSql(),
        string.Empty,
        .. Exceptions(),
        string.Empty,
        .. SqlCallers(),
        string.Empty,
        .. SqlDurations(),
    ];

    private IEnumerable<string> Routes()
    {
        TextTable table = new("REQUESTS", ">COUNT", ">MEAN ms", ">P99 ms", ">SYSCALLS", ">WAITS ms", ">QUEUED ms", "STATUS");
        foreach (RouteRow row in watch.Picture.Routes().Take(9))
        {
            string statuses = string.Join("  ", row.Statuses.Select(status => $"{status.Key}: {Texts.Number(status.Value)}"));
            table.Add([Texts.OneLine(row.Route, 34), Texts.Number(row.Count), Texts.Milliseconds(row.Mean), Texts.Milliseconds(row.P99), .. Kernel(row.Kernel), statuses]);
        }

        return table.Lines();
    }

    private static string[] Kernel(KernelMean? mean) => mean is null
        ? ["", "", ""]
        : [Texts.Number(mean.Syscalls), Texts.Milliseconds(mean.Waited), Texts.Milliseconds(mean.Queued)];

    private IEnumerable<string> SlowSql()
    {
        TextTable table = new($"SQL OVER {Texts.Span(ShopProbes.SlowSql)}", ">COUNT", ">MEAN ms", ">MAX ms");
        foreach (SlowSqlRow row in watch.Picture.SlowSql().Take(5))
        {
            table.Add(Texts.OneLine(row.Sql, TextWidth), Texts.Number(row.Count), Texts.Milliseconds(row.Mean), Texts.Milliseconds(row.Maximum));
        }

        return table.Lines();
    }

    private IEnumerable<string> Exceptions()
    {
        TextTable table = new("EXCEPTION", "THROWN BY", "CAUGHT BY", ">COUNT");
        foreach (ExceptionRow row in watch.Picture.Exceptions().Take(8))
        {
            table.Add(Texts.ShortType(row.Type), Texts.ShortMethod(row.ThrownBy), Texts.ShortMethod(row.CaughtBy), Texts.Number(row.Count));
        }

        return table.Lines();
    }

    private IEnumerable<string> SqlCallers()
    {
        TextTable table = new("WHO RUNS SQL", ">COMMANDS");
        foreach ((string caller, long count) in watch.Observer.SqlCallers().Take(8))
        {
            table.Add(Texts.ShortMethod(caller), Texts.Number(count));
        }

        return table.Lines();
    }

    private IEnumerable<string> SqlDurations()
    {
        HistogramSum histogram = watch.Observer.SqlDurations();
        long most = histogram.Buckets.Select(bucket => bucket.Count).DefaultIfEmpty(1).Max();
        TextTable table = new("ALL SQL", ">COUNT", $"MEAN {Texts.Span(histogram.Mean)}");
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            string bar = new('█', (int)Math.Ceiling((double)BarWidth * bucket.Count / most));
            table.Add($"{Texts.Nanoseconds(bucket.From)} .. {Texts.Nanoseconds(bucket.To)}", Texts.Number(bucket.Count), bar);
        }

        return table.Lines();
    }
}
