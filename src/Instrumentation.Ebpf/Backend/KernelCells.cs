using Instrumentation.Backends;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Stacks;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The counts and the aggregate of a probe, in maps while it is attached and copied from them at the detach: they can be read at any time.</summary>
internal sealed class KernelCells : IProbeCells, IStackCells, IDisposable
{
    private readonly Lock _gate = new();
    private readonly BpfPerCpuArray<ProbeCounters> _counters = new(1, "instr_counters");
    private readonly KernelAggregate? _aggregate;
    private readonly StackTable? _stacks;
    private readonly List<BpfProgram> _programs = [];
    private readonly double _reach;
    private BpfMappedArray<LimitState>? _limits;
    private ProbeCounters[]? _lastCounters;
    private long _lastAdmitted;
    private long _lastMissed;
    private List<AggregateRow>? _lastRows;
    private StackProfile? _lastStacks;

    /// <summary>Creates the maps.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="reach">The nanoseconds that it takes to reach a program, which the kernel does not measure.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public KernelCells(ProbeSpec spec, double reach)
    {
        _reach = reach;
        try
        {
            _aggregate = spec.Aggregation is null or CountAggregation or StackAggregation ? null : new KernelAggregate(spec.Aggregation);
            if (spec.Aggregation is StackAggregation stacks)
            {
                KernelPoint point = (KernelPoint)spec.Point;
                int? process = point.Processes.ProcessId;
                _stacks = new StackTable(stacks, point.LeastStackPlaces, namesThisProcess: process is null || process == Environment.ProcessId);
            }
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
                all.Sum(static one => one.Lost) + Missed,
                all.Sum(static one => one.Faults),
                suppressed);
        }
    }

    /// <inheritdoc/>
    public long Admitted
    {
        get
        {
            lock (_gate)
            {
                return _lastCounters is null ? ReadAdmitted() : _lastAdmitted;
            }
        }
    }

    /// <inheritdoc/>
    public ProgramTime Time
    {
        get
        {
            lock (_gate)
            {
                if (_lastCounters is not null)
                {
                    return default;
                }

                ProgramStatistics[] all = [.. _programs.Select(static program => program.Statistics())];
                long runs = all.Sum(static one => (long)one.Runs);
                return new ProgramTime(runs, all.Sum(static one => (double)one.Nanoseconds) + (runs * _reach));
            }
        }
    }

    /// <inheritdoc/>
    public IDisposable? Measure()
    {
        try
        {
            return ProgramStatistics.Measure();
        }
        catch (KernelCallException)
        {
            // Without the rights the typical figures stand: what is not measured is not corrected.
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> LostByProcessor => Array.ConvertAll(Counters(), static one => one.Lost);

    /// <inheritdoc/>
    public long Missed
    {
        get
        {
            lock (_gate)
            {
                return _lastCounters is null ? ReadMissed() : _lastMissed;
            }
        }
    }

    /// <summary>What will have no names, and why; null for nothing.</summary>
    public CoverageGap? Gap => _stacks?.Gap;

    /// <summary>The maps, for the programs.</summary>
    /// <param name="ring">The ring; null for a probe that aggregates.</param>
    /// <returns>The maps; those for scratch memory and calls are not there yet.</returns>
    public ProgramMaps Maps(Interop.MapHandle? ring)
    {
        ProgramMaps maps = new(_counters.Handle, _counters.Handle, _counters.Handle, ring) { Stacks = _stacks?.Maps };
        return _aggregate?.AddTo(maps) ?? maps;
    }

    /// <summary>The map for the state of limits, which is made when it is needed first.</summary>
    /// <param name="limits">The limits.</param>
    /// <returns>The map; null when the limits have no state that processors share.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public Interop.MapHandle? LimitsFor(ProbeLimits limits)
    {
        lock (_gate)
        {
            return limits.PerSecond is null && limits.Hits is null ? null : (_limits ??= new BpfMappedArray<LimitState>(1, "instr_limits")).Handle;
        }
    }

    /// <summary>Counts what the kernel leaves out of a program that is attached.</summary>
    /// <param name="program">The program; it is disposed after this object.</param>
    public void Watch(BpfProgram program)
    {
        lock (_gate)
        {
            _programs.Add(program);
        }
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

    /// <inheritdoc/>
    public StackProfile ReadStacks()
    {
        lock (_gate)
        {
            return _lastStacks ?? _stacks?.Read(ReadCounters().Sum(static one => one.Lost)) ?? new StackProfile([], 0);
        }
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
            _lastStacks = _stacks?.Read(ReadCounters().Sum(static one => one.Lost));
            _lastAdmitted = ReadAdmitted();
            _lastMissed = ReadMissed();
            _lastCounters = ReadCounters();
            _limits?.Dispose();
            _aggregate?.Dispose();
            _stacks?.Dispose();
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

    private long ReadAdmitted() => _limits is null ? 0 : Volatile.Read(in _limits[0].Admitted);

    private long ReadMissed() => _programs.Sum(static program => (long)program.Statistics().Missed);

    private ProbeCounters[] ReadCounters() => _counters.Get(0, new byte[PerCpuValues<ProbeCounters>.ByteCount]).ToArray();
}
