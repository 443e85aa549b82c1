using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>A kernel function, and the way in which it is attached to.</summary>
/// <param name="name">The function.</param>
/// <param name="function">What BTF says about it; null when it says nothing.</param>
/// <param name="way">The way.</param>
internal sealed class KernelFunctionTarget(string name, BtfFunction? function, FunctionWay way) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([$"kernel function {name}"], [])
    {
        Notes =
        [
            $"{name}: by " + way switch
            {
                FunctionWay.Trampoline => "fentry and fexit",
                FunctionWay.Kprobe => "kprobe and kretprobe: the kernel observes the returns of as many calls at a time as it keeps room for, twice the processors or ten",
                _ => "kprobe_multi",
            },
        ],
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites => Coverage.Reached;

    /// <inheritdoc/>
    public override ProgramSource Entry() => Source(isExit: false);

    /// <inheritdoc/>
    public override ProgramSource Exit() => Source(isExit: true);

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        List<IDisposable> links = [];
        try
        {
            if (programs.Exit is { } exit)
            {
                links.Add(Attach(exit, atReturn: true));
            }

            if (programs.Entry is { } entry)
            {
                links.Insert(0, Attach(entry, atReturn: false));
            }

            return links;
        }
        catch
        {
            links.ForEach(static link => link.Dispose());
            throw;
        }
    }

    private IDisposable Attach(BpfProgram program, bool atReturn)
    {
        switch (way)
        {
            case FunctionWay.Trampoline:
                return TracepointLinks.Tracing(program);
            case FunctionWay.KprobeMulti:
                return MultiLinks.Kprobes(program, new KprobeSites([name]) { AtReturn = atReturn });
        }

        PerfEvent probe = PerfEvent.Kprobe(name, atReturn: atReturn);
        try
        {
            probe.Attach(program);
            return probe;
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    private KernelFunctionSource Source(bool isExit) =>
        way == FunctionWay.Trampoline ? new TrampolineSource(name, function!, isExit) : new KprobeSource(name, function, isExit, way == FunctionWay.KprobeMulti);
}
