using Instrumentation;

namespace WebShop.Observation;

/// <summary>What is known of one route.</summary>
/// <param name="Route">Method and route pattern; the path where no route was left at the end of the request.</param>
/// <param name="Count">Requests.</param>
/// <param name="Mean">The mean duration.</param>
/// <param name="P99">The duration that 99 % of the requests did not exceed.</param>
/// <param name="Statuses">Requests by status code.</param>
/// <param name="Kernel">What the kernel did for the mean request; null when nobody accounted.</param>
public sealed record RouteRow(string Route, long Count, TimeSpan Mean, TimeSpan P99, IReadOnlyDictionary<int, long> Statuses, KernelMean? Kernel);

/// <summary>What the kernel did for a request, in the mean of many.</summary>
/// <param name="Syscalls">System calls.</param>
/// <param name="InSyscalls">The time in them, waits included.</param>
/// <param name="Waited">The time off the processor, waiting for something.</param>
/// <param name="Queued">The time that it could have run, and had no processor.</param>
/// <param name="PageFaults">Page faults.</param>
public sealed record KernelMean(double Syscalls, TimeSpan InSyscalls, TimeSpan Waited, TimeSpan Queued, double PageFaults)
{
    /// <summary>The mean of a number of requests.</summary>
    /// <param name="totals">Their sum.</param>
    /// <param name="requests">How many they were, at least one.</param>
    public static KernelMean Of(SpanTotals totals, long requests) => new(
        (double)totals.Syscalls / requests,
        Time(totals.SyscallNanoseconds, requests),
        Time(totals.OffCpuNanoseconds - totals.RunQueueNanoseconds, requests),
        Time(totals.RunQueueNanoseconds, requests),
        (double)totals.PageFaults / requests);

    private static TimeSpan Time(long nanoseconds, long requests) => TimeSpan.FromTicks(nanoseconds / requests / TimeSpan.NanosecondsPerTick);
}

/// <summary>Requests by route.</summary>
public sealed class RouteTable
{
    // A path is only a key where there is no route; whoever scans for paths must not fill the memory.
    private const int MostRoutes = 200;
    private const string Others = "(others)";

    private readonly Dictionary<(string? Method, string Route), Entry> _entries = [];

    /// <summary>Adds one request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="totals">What the kernel did for it; null when nobody accounted.</param>
    public void Add(RequestSeen request, TimeSpan duration, SpanTotals? totals)
    {
        (string?, string) key = (request.Method, request.Route ?? request.Path ?? Others);
        if (!_entries.TryGetValue(key, out Entry? entry))
        {
            key = _entries.Count < MostRoutes ? key : (null, Others);
            if (!_entries.TryGetValue(key, out entry))
            {
                _entries.Add(key, entry = new Entry());
            }
        }

        entry.Durations.Add(duration);
        if (totals is { } kernel)
        {
            entry.Totals += kernel;
            entry.Accounted++;
        }

        entry.Statuses[request.Status] = entry.Statuses.GetValueOrDefault(request.Status) + 1;
    }

    /// <summary>The routes, the busiest first.</summary>
    public List<RouteRow> Rows() =>
    [
        .. _entries.OrderByDescending(entry => entry.Value.Durations.Count).Select(entry => new RouteRow(
            $"{entry.Key.Method} {entry.Key.Route}".TrimStart(),
            entry.Value.Durations.Count,
            entry.Value.Durations.Mean,
            entry.Value.Durations.Percentile(0.99),
            entry.Value.Statuses.ToDictionary(),
            entry.Value.Accounted > 0 ? KernelMean.Of(entry.Value.Totals, entry.Value.Accounted) : null)),
    ];

    private sealed class Entry
    {
        public LatencyDigest Durations { get; } = new();

        public SortedDictionary<int, long> Statuses { get; } = [];

        public SpanTotals Totals { get; set; }

        public long Accounted { get; set; }
    }
}
