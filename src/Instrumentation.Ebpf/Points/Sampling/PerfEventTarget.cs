using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>A point that is a perf event on each processor: so all threads are seen, also those that begin later, and each once.</summary>
/// <param name="spec">The spec that it is of.</param>
/// <param name="coverage">What is reached.</param>
/// <param name="processors">The processors.</param>
/// <param name="open">Opens the event on a processor.</param>
internal sealed class PerfEventTarget(ProbeSpec spec, ProbeCoverage coverage, IReadOnlyList<int> processors, Func<int, PerfEvent> open) : PointTarget
{
    private readonly KernelPoint _point = (KernelPoint)spec.Point;

    /// <inheritdoc/>
    public override ProbeCoverage Coverage => coverage;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites { get; } = [((KernelPoint)spec.Point).Place];

    private bool IsOfThisProcess => _point.Processes.ProcessId == Environment.ProcessId;

    private bool KeepsAddresses => (spec.CaptureShape?.Fields ?? []).Any(static captured => captured.Value.Type == typeof(CodeAddress))
        || (spec.Aggregation is KeyedAggregation table && table.Key.Type == typeof(CodeAddress));

    /// <inheritdoc/>
    public override ProgramSource Entry() => new PerfEventSource(_point.Place, IsOfThisProcess);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        List<IDisposable> attached = [];
        try
        {
            foreach (int processor in processors)
            {
                PerfEvent one = open(processor);
                attached.Add(one);
                one.Attach(programs.Entry!);
            }

            if (KeepsAddresses)
            {
                attached.Add(OwnCode.KeepNames());
            }

            return attached;
        }
        catch
        {
            attached.ForEach(static one => one.Dispose());
            throw;
        }
    }
}
