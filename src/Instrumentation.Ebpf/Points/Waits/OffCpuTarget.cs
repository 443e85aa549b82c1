using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The off-CPU times of threads, seen through the raw tracepoints of the scheduler and of timers.</summary>
/// <param name="countsStacks">Whether stacks are counted.</param>
internal sealed class OffCpuTarget(bool countsStacks) : PointTarget
{
    private const string Switch = "sched_switch";

    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new(["off-CPU times"], [])
    {
        Notes = ["a time is seen at its end: threads that wait for longer than the probe is attached, or have begun to before, are not seen"],
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites => Coverage.Reached;

    /// <inheritdoc/>
    public override ProgramSource Entry() => new SwitchOutSource(countsStacks);

    /// <inheritdoc/>
    public override ProgramSource Exit() => new SwitchInSource(countsStacks);

    /// <inheritdoc/>
    public override IEnumerable<BpfProgram> LoadOthers(ProgramMaps maps)
    {
        yield return new WakeUpPrograms(maps.Calls).Waking();
        yield return new WakeUpPrograms(maps.Calls).Woken();
        yield return new WakeUpPrograms(maps.Calls).Expired();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        List<IDisposable> links = [];
        try
        {
            links.Add(TracepointLinks.Raw(programs.Exit!, Switch));
            links.Add(TracepointLinks.Raw(programs.Others[0], "sched_waking"));
            links.Add(TracepointLinks.Raw(programs.Others[1], "sched_wakeup"));
            links.Add(TracepointLinks.Raw(programs.Others[2], "hrtimer_expire_entry"));
            links.Insert(0, TracepointLinks.Raw(programs.Entry!, Switch));
            return links;
        }
        catch
        {
            links.ForEach(static link => link.Dispose());
            throw;
        }
    }
}
