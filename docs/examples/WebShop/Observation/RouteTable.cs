namespace WebShop.Observation;

/// <summary>What is known of one route.</summary>
/// <param name="Route">Method and route pattern; the path where no route was left at the end of the request.</param>
/// <param name="Count">Requests.</param>
/// <param name="Mean">The mean duration.</param>
/// <param name="P99">The duration that 99 % of the requests did not exceed.</param>
/// <param name="Statuses">Requests by status code.</param>
public sealed record RouteRow(string Route, long Count, TimeSpan Mean, TimeSpan P99, IReadOnlyDictionary<int, long> Statuses);

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
    public void Add(RequestSeen request, TimeSpan duration)
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
            entry.Value.Statuses.ToDictionary())),
    ];

    private sealed class Entry
    {
        public LatencyDigest Durations { get; } = new();

        public SortedDictionary<int, long> Statuses { get; } = [];
    }
}
