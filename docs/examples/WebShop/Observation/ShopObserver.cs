using Instrumentation;

namespace WebShop.Observation;

/// <summary>Puts the probes on and takes them off, as often as it is told to, and adds up what they counted meanwhile.</summary>
/// <param name="session">What attaches them.</param>
public sealed class ShopObserver(InstrumentationSession session)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProbeTotals> _past = [];
    private readonly List<HistogramSnapshot> _pastDurations = [];
    private readonly List<CountTable<CodeAddress>> _pastCallers = [];
    private List<ProbeHandle> _attached = [];
    private List<ProbeHandle> _last = [];
    private Accounting? _accounting;

    /// <summary>The probes that were attached last; they are detached now, or are still attached.</summary>
    public IReadOnlyList<ProbeHandle> Last => _last;

    /// <summary>What keeps the kernel from counting for spans, in one line; null when it does.</summary>
    public string? AccountingMissing { get; private set; }

    /// <summary>Attaches all probes to the running shop.</summary>
    public async Task AttachAsync(CancellationToken cancellationToken)
    {
        await AccountAsync(cancellationToken);
        List<ProbeHandle> handles =
        [
            await session.AttachAsync(ShopProbes.Requests, cancellationToken),
            await session.AttachAsync(ShopProbes.SlowSqlCommands, cancellationToken),
            await session.AttachAsync(ShopProbes.SqlDurations, cancellationToken),
            await session.AttachAsync(ShopProbes.CallersOfDriver, cancellationToken),
            await session.AttachAsync(ShopProbes.CallersOfBase, cancellationToken),
            await session.AttachAsync(ShopProbes.CaughtByShop, cancellationToken),
            await session.AttachAsync(ShopProbes.CaughtByFramework, cancellationToken),
        ];
        lock (_gate)
        {
            _attached = _last = handles;
        }
    }

    /// <summary>Detaches them. When this returns no new call is observed, and what had been observed has been delivered.</summary>
    public async Task DetachAsync()
    {
        foreach (ProbeHandle handle in _attached)
        {
            await handle.DisposeAsync();
        }

        if (_accounting is { } accounting)
        {
            await accounting.DisposeAsync();
            _accounting = null;
        }

        lock (_gate)
        {
            foreach (ProbeHandle handle in _attached)
            {
                _past[handle.Name] = TotalOf(handle);
            }

            _pastDurations.AddRange(_attached.OfType<AggregateHandle<HistogramSnapshot>>().Select(handle => handle.Read()));
            _pastCallers.AddRange(_attached.OfType<AggregateHandle<CountTable<CodeAddress>>>().Select(handle => handle.Read()));
            _attached = [];
        }
    }

    /// <summary>What each probe has counted so far.</summary>
    public IReadOnlyList<ProbeTotals> Totals()
    {
        lock (_gate)
        {
            return [.. _last.Select(handle => _attached.Contains(handle) ? TotalOf(handle) : _past[handle.Name])];
        }
    }

    /// <summary>How long SQL commands took.</summary>
    public HistogramSum SqlDurations()
    {
        HistogramSum sum = new();
        lock (_gate)
        {
            _pastDurations.ForEach(sum.Add);
            _attached.OfType<AggregateHandle<HistogramSnapshot>>().ToList().ForEach(handle => sum.Add(handle.Read()));
        }

        return sum;
    }

    /// <summary>The methods that ran SQL with the number of commands, the busiest first. Calls inside of the driver and its base are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> SqlCallers()
    {
        lock (_gate)
        {
            IEnumerable<CountTable<CodeAddress>> tables = _pastCallers.Concat(_attached.OfType<AggregateHandle<CountTable<CodeAddress>>>().Select(handle => handle.Read()));
            return
            [
                .. tables.SelectMany(table => table.ByName)
                    .Where(row => !IsDriver(row.Key))
                    .GroupBy(row => row.Key, row => row.Value)
                    .Select(group => KeyValuePair.Create(group.Key, group.Sum()))
                    .OrderByDescending(row => row.Value),
            ];
        }
    }

    // What the kernel counts for each span is worth having, and nothing that the rest needs.
    private async Task AccountAsync(CancellationToken cancellationToken)
    {
        try
        {
            _accounting = await session.AccountAsync(cancellationToken);
        }
        catch (InstrumentationException lacking)
        {
            AccountingMissing = KernelPart.Describe(lacking);
        }
    }

    private static bool IsDriver(string method) =>
        method.StartsWith("Microsoft.Data.Sqlite.", StringComparison.Ordinal) || method.StartsWith("System.Data.Common.", StringComparison.Ordinal);

    private ProbeTotals TotalOf(ProbeHandle handle)
    {
        ProbeTotals now = ProbeTotals.Of(handle);
        return _past.TryGetValue(handle.Name, out ProbeTotals? past) ? past.Plus(now) : now;
    }
}
