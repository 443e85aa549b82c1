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
        IReadOnlyList<MethodBase> methods = Methods(spec, out List<CoverageGap> gaps);
        return new ProbeCoverage([.. methods.Select(MethodName.WithParameters)], gaps);
    }

    /// <inheritdoc/>
    public ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        IReadOnlyList<MethodBase> methods = Methods(runtime.Spec, out List<CoverageGap> gaps);
        ManagedEngine engine = ManagedEngine.Get();
        long counted = WovenCells.Sum(runtime.Slot);
        IReadOnlyList<WovenMethod> woven = engine.Attach(runtime, methods, gaps);
        if (cancellationToken.IsCancellationRequested)
        {
            _ = engine.Detach(runtime, woven);
            cancellationToken.ThrowIfCancellationRequested();
        }

        runtime.HitsElsewhere = () => WovenCells.Sum(runtime.Slot) - counted;
        ProbeSlots.Open(runtime);
        return ValueTask.FromResult<IProbeAttachment>(new ManagedAttachment(engine, runtime, woven, gaps));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static List<MethodBase> Methods(ProbeSpec spec, out List<CoverageGap> gaps)
    {
        MethodPoint point = (MethodPoint)spec.Point;
        gaps = [];
        List<MethodBase> reachable = [];
        int withoutHandler = 0;
        foreach (MethodBase named in MethodResolver.Resolve(point.Target))
        {
            // What catches is the code that the source wrote; all else is asked of the method that callers see.
            MethodBase method = spec.Edge == ProbeEdge.Catch ? StateMachines.CodeMethod(named) : named;
            CoverageGap? gap = Probeability.Check(method);
            if (gap is { Blind: true })
            {
                if (!method.IsAbstract || point.Target is not MethodTarget.Matching { Single: false })
                {
                    gaps.Add(gap);
                }

                continue;
            }

            if (spec.Edge == ProbeEdge.Catch && !CatchClauses.MayCatch(method))
            {
                withoutHandler++;
                continue;
            }

            if (gap is not null)
            {
                gaps.Add(gap);
            }

            if (StateMachines.IsAsyncVoid(named) && spec.Edge is not (ProbeEdge.Entry or ProbeEdge.Catch))
            {
                gaps.Add(new CoverageGap(MethodName.WithParameters(named), "it is async void: its end is seen at its first suspension", "Return a Task.", Blind: false));
            }

            reachable.Add(method);
        }

        if (reachable.Count == 0 && withoutHandler > 0)
        {
            gaps.Add(new CoverageGap(point.Describe(), "no matching method has a handler that catches", "Probe the methods in which exceptions are caught."));
        }

        return reachable;
    }
}
