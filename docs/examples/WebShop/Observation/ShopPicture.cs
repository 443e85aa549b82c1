using Instrumentation;

namespace WebShop.Observation;

/// <summary>What the events tell, added up. One reader adds, anyone may look.</summary>
public sealed class ShopPicture
{
    private readonly Lock _gate = new();
    private readonly RouteTable _routes = new();
    private readonly SlowSqlTable _slowSql = new();
    private readonly ExceptionTable _exceptions = new();
    private readonly Attribution _attribution = new();
    private readonly SlowestRequests _slowest = new();
    private long _events;

    /// <summary>Events so far, of all probes.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Which kernel events know their span. To be looked at when the session has ended.</summary>
    public Attribution Attribution => _attribution;

    /// <summary>The slowest requests of the close look. To be looked at when the session has ended.</summary>
    public SlowestRequests Slowest => _slowest;

    /// <summary>From now on requests are kept whole.</summary>
    /// <param name="time">Now, in nanoseconds of CLOCK_MONOTONIC.</param>
    public void BeginLook(long time)
    {
        lock (_gate)
        {
            _slowest.From = time;
        }
    }

    /// <summary>What ends later is not kept any more.</summary>
    /// <param name="time">Now, in nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndLook(long time)
    {
        lock (_gate)
        {
            _slowest.Until = time;
        }
    }

    /// <summary>Adds all events until the session ends.</summary>
    /// <param name="events">The session's events.</param>
    public async Task ReadAsync(IAsyncEnumerable<ProbeEvent> events)
    {
        await foreach (ProbeEvent e in events)
        {
            lock (_gate)
            {
                Add(e);
            }

            Volatile.Write(ref _events, _events + 1);
        }
    }

    /// <summary>The routes, the busiest first.</summary>
    public IReadOnlyList<RouteRow> Routes()
    {
        lock (_gate)
        {
            return _routes.Rows();
        }
    }

    /// <summary>The slow SQL texts, the one that cost most first.</summary>
    public IReadOnlyList<SlowSqlRow> SlowSql()
    {
        lock (_gate)
        {
            return _slowSql.Rows();
        }
    }

    /// <summary>The ways of exceptions, the most frequent first.</summary>
    public IReadOnlyList<ExceptionRow> Exceptions()
    {
        lock (_gate)
        {
            return _exceptions.Rows();
        }
    }

    // The stream of a session brings the events of all its probes in one order; what a probe captured is found by name.
    private void Add(ProbeEvent e)
    {
        _slowest.Add(e);
        if (KernelProbes.IsKernel(e))
        {
            _attribution.Add(e);
            return;
        }

        ProbeFields fields = e.Fields;
        if (e.Probe == ShopProbes.Requests.Label)
        {
            _routes.Add(new RequestSeen(Text(fields, "Method"), Text(fields, "Path"), Text(fields, "Route"), (int)fields["Status"]!), e.Duration, e.Totals);
        }
        else if (e.Probe == ShopProbes.SlowSqlCommands.Label)
        {
            _slowSql.Add(new SqlSeen(Text(fields, "Text") ?? "(none)", e.Duration));
        }
        else if (e.Probe == ShopProbes.CaughtByShop.Label || e.Probe == ShopProbes.CaughtByFramework.Label)
        {
            _exceptions.Add(new CaughtSeen(Text(fields, "Type") ?? "(unknown)", Text(fields, "Message") ?? "", Text(fields, "ThrownBy")), e.Site);
        }
    }

    private static string? Text(ProbeFields fields, string name) => (string?)fields[name];
}
