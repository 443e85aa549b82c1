using System.Reflection;
using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Managed.Costs;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Interception;
using Instrumentation.Managed.Locks;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;

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
    public bool Handles(ProbePoint point) => point is MethodPoint or LockContentionPoint;

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
        Refuse(spec);
        List<CoverageGap> gaps = [];
        IReadOnlyList<ProbedCode> codes;
        if (spec.Point is LockContentionPoint)
        {
            LockReports.Check(spec);
            codes = LockMethods.Find(gaps);
        }
        else
        {
            codes = CodeFinder.Find(spec, null, out gaps);
        }

        try
        {
            _ = ManagedEngine.Get();
            return CodeFinder.Coverage(codes, gaps);
        }
        catch (BackendUnavailableException error)
        {
            return new ProbeCoverage([], [new CoverageGap(spec.Point.Describe(), $"this process cannot be probed: {error.Why}", error.Mend), .. gaps]);
        }
    }

    /// <inheritdoc/>
    public HitCost CostOf(ProbeSpec spec, ProbeReduction reduction) => ManagedCosts.Get().Of(spec, reduction);

    /// <inheritdoc/>
    public ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        Refuse(runtime.Spec);
        if (runtime.Spec.Point is LockContentionPoint)
        {
            return ValueTask.FromResult<IProbeAttachment>(new LockAttachment(runtime));
        }

        HashSet<Assembly> present = [.. AppDomain.CurrentDomain.GetAssemblies()];
        IReadOnlyList<ProbedCode> codes = CodeFinder.Find(runtime.Spec, null, out List<CoverageGap> gaps);
        ManagedEngine engine = ManagedEngine.Get();
        WovenCount count = new(runtime);
        runtime.Cells = count;
        InterceptionRuntime.Set(runtime.Slot, (runtime.Spec.Action as InterceptAction)?.Interceptor);
        Findings findings = new(gaps);
        IReadOnlyList<WovenMethod> woven = engine.Attach(runtime, runtime.Spec, codes, findings, verify: true);
        if (cancellationToken.IsCancellationRequested)
        {
            _ = engine.Detach(runtime, woven);
            cancellationToken.ThrowIfCancellationRequested();
        }

        ProbeSlots.Open(runtime);
        HashSet<MethodBase> reached = [.. woven.Select(method => method.Method)];
        ProbeCoverage coverage = CodeFinder.Coverage(codes.Where(code => reached.Contains(code.Code)), gaps);
        ManagedAttachment attachment = new(engine, runtime, count, woven, coverage, findings.Open);
        if (runtime.Spec.Point is MethodPoint { Target: MethodTarget.Matching { Single: false } })
        {
            LateAssemblies.Watch(attachment, present);
        }

        return ValueTask.FromResult<IProbeAttachment>(attachment);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Refuse(ProbeSpec spec)
    {
        if (spec.Action is { } action && (action is not InterceptAction || spec.Point is not MethodPoint { EachResumption: false }))
        {
            throw new SpecException($"{spec.Point.Describe()} {action.Describe()}", "only whole calls of .NET methods are acted on, and only by what this backend knows.", "Use Probe.Method(...).Intercept(...), without EachResumption().");
        }

        if (spec.Aggregation is StackAggregation)
        {
            throw new SpecException($"Stacks at {spec.Point.Describe()}", "a .NET method's hook walks no stack.", "Count by c.Caller, or take the stacks of samples: Probe.Sample(99).ThisProcess().Stacks().");
        }
    }
}
