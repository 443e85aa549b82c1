using System.Reflection;
using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed;

/// <summary>Probes on .NET methods, by recompiling them in the running process (ReJIT).</summary>
internal sealed class ManagedBackend : IProbeBackend
{
    /// <summary>The backend's name in messages.</summary>
    public const string BackendName = "managed";

    /// <summary>Creates the backend; the runtime is not touched before the first attach.</summary>
    public ManagedBackend() => RuntimeProfiler.PrepareThreadIds();

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public bool Handles(ProbePoint point) => point is MethodPoint;

    /// <inheritdoc/>
    public IReadOnlyList<Capability> Capabilities()
    {
        try
        {
            _ = ManagedEngine.Get();
            return [new Capability("managed.rejit", CapabilityAnswer.Yes, "linux-x64, .NET 10, a free profiler slot, diagnostics enabled", string.Empty)];
        }
        catch (BackendUnavailableException error)
        {
            return [new Capability("managed.rejit", CapabilityAnswer.No, "linux-x64, .NET 10, a free profiler slot, diagnostics enabled", $"{error.Why} {error.Mend}")];
        }
    }

    /// <inheritdoc/>
    public ProbeCoverage CanAttach(ProbeSpec spec)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        return Coverage(Codes(spec, out List<CoverageGap> gaps), gaps);
    }

    /// <inheritdoc/>
    public ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        IReadOnlyList<ProbedCode> codes = Codes(runtime.Spec, out List<CoverageGap> gaps);
        ManagedEngine engine = ManagedEngine.Get();
        long counted = WovenCells.Sum(runtime.Slot);
        IReadOnlyList<WovenMethod> woven = engine.Attach(runtime, codes, gaps);
        if (cancellationToken.IsCancellationRequested)
        {
            _ = engine.Detach(runtime, woven);
            cancellationToken.ThrowIfCancellationRequested();
        }

        runtime.HitsElsewhere = () => WovenCells.Sum(runtime.Slot) - counted;
        ProbeSlots.Open(runtime);
        HashSet<MethodBase> reached = [.. woven.Select(method => method.Method)];
        ProbeCoverage coverage = Coverage(codes.Where(code => reached.Contains(code.Code)), gaps);
        return ValueTask.FromResult<IProbeAttachment>(new ManagedAttachment(engine, runtime, woven, coverage));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static List<ProbedCode> Codes(ProbeSpec spec, out List<CoverageGap> gaps)
    {
        MethodPoint point = (MethodPoint)spec.Point;
        gaps = [];
        List<ProbedCode> reachable = [];
        int withoutHandler = 0;
        foreach (MethodBase named in MethodResolver.Resolve(point.Target))
        {
            // What catches is the code that the source wrote; all else is asked of the method that callers see.
            ProbedCode code = point.EachResumption || spec.Edge == ProbeEdge.Catch ? ProbedCode.Resumption(named) : ProbedCode.Whole(named);
            CoverageGap? gap = Probeability.Check(code.Code) ?? Unresumed(point, code);
            if (gap is { Blind: true })
            {
                if (!named.IsAbstract || point.Target is not MethodTarget.Matching { Single: false })
                {
                    gaps.Add(gap);
                }

                continue;
            }

            if (spec.Edge == ProbeEdge.Catch && !CatchClauses.MayCatch(code.Code))
            {
                withoutHandler++;
                continue;
            }

            if (gap is not null)
            {
                gaps.Add(gap);
            }

            if (code.Role == CodeRole.Whole && StateMachines.IsAsyncVoid(named) && spec.Edge is not (ProbeEdge.Entry or ProbeEdge.Catch))
            {
                gaps.Add(new CoverageGap(MethodName.WithParameters(named), "it is async void: its end is seen at its first suspension", "Return a Task.", Blind: false));
            }

            reachable.Add(code);
        }

        if (reachable.Count == 0 && withoutHandler > 0)
        {
            gaps.Add(new CoverageGap(point.Describe(), "no matching method has a handler that catches", "Probe the methods in which exceptions are caught."));
        }

        return reachable;
    }

    private static CoverageGap? Unresumed(MethodPoint point, ProbedCode code) => point.EachResumption && code.Role == CodeRole.Whole && code.Code.Name != "MoveNext"
        ? new CoverageGap(MethodName.WithParameters(code.Written), "it is no async method or iterator: it is never resumed", "Leave EachResumption() out.")
        : null;

    private static ProbeCoverage Coverage(IEnumerable<ProbedCode> reached, IReadOnlyList<CoverageGap> gaps) =>
        new([.. reached.Select(code => MethodName.WithParameters(code.Written)).Distinct()], gaps);
}
