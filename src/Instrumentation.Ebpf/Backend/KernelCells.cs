using Instrumentation.Backends;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The counts and the aggregate of a probe, in maps while it is attached and copied from them at the detach: they can be read at any time.</summary>
internal sealed class KernelCells : IProbeCells, IDisposable
{
    private readonly Lock _gate = new();
    private readonly BpfPerCpuArray<ProbeCounters> _counters = new(1, "instr_counters");
    private readonly KernelAggregate? _aggregate;
    private ProbeCounters[]? _lastCounters;
    private List<AggregateRow>? _lastRows;

    /// <summary>Creates the maps.</summary>
    /// <param name="aggregation">The aggregation; null for a probe with events.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public KernelCells(AggregationSpec? aggregation)
    {
        try
        {
            _aggregate = aggregation is null or CountAggregation ? null : new KernelAggregate(aggregation);
        }
        catch
        {
            _counters.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ProbeStatistics Statistics
    {
        get
        {
            ProbeCounters[] all = Counters();
            long suppressed = all.Sum(static one => one.Suppressed);
            return new ProbeStatistics(
                all.Sum(static one => one.Hits),
                all.Sum(static one => one.Passed) + suppressed,
                all.Sum(static one => one.Emitted),
                all.Sum(static one => one.Lost),
                all.Sum(static one => one.Faults),
                suppressed);
        }
    }

    /// <summary>The maps, for the programs.</summary>
    /// <param name="ring">The ring; null for a probe that aggregates.</param>
    /// <returns>The maps; those for scratch memory and calls are not there yet.</returns>
    public ProgramMaps Maps(Interop.MapHandle? ring)
    {
        ProgramMaps maps = new(_counters.Handle, _counters.Handle, _counters.Handle, ring);
        return _aggregate?.AddTo(maps) ?? maps;
    }

    /// <inheritdoc/>
    public void Visit(CellsVisitor visit)
    {
        List<AggregateRow> rows;
        lock (_gate)
        {
            rows = _lastRows ?? _aggregate?.Read() ?? [];
        }

        _aggregate?.Visit(rows, visit);
    }

    /// <summary>Copies everything for the last time and closes the maps. The programs must be detached, and none may run.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_lastCounters is not null)
            {
                return;
            }

            _lastRows = _aggregate?.Read() ?? [];
            _lastCounters = ReadCounters();
            _aggregate?.Dispose();
            _counters.Dispose();
        }
    }

    private ProbeCounters[] Counters()
    {
        lock (_gate)
        {
            return _lastCounters ?? ReadCounters();
        }
    }

    private ProbeCounters[] ReadCounters() => _counters.Get(0, new byte[PerCpuValues<ProbeCounters>.ByteCount]).ToArray();
}
