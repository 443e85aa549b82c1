using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Contexts.Accounting;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Backend;

/// <summary>Probes on kernel and user-space functions, by BPF programs that are compiled here.</summary>
internal sealed class EbpfBackend : IProbeBackend
{
    /// <summary>The backend's name in messages.</summary>
    public const string BackendName = "ebpf";

    private Reach? _lastReach;

    /// <summary>Makes the backend. Where there is no kernel for it, it only says so.</summary>
    public EbpfBackend()
    {
        // Elsewhere the numbers of system calls mean others, or nothing.
        if (OperatingSystem.IsLinux() && SystemCallNumber.GetThreadId >= 0)
        {
            ThreadStates.ThreadIdSource = Threads.CurrentId;
        }
    }

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public bool Handles(ProbePoint point) => point is KernelPoint;

    /// <inheritdoc/>
    public IReadOnlyList<Capability> Capabilities() => KernelCapabilities.All();

    /// <inheritdoc/>
    public ProbeCoverage CanAttach(ProbeSpec spec)
    {
        CheckKind(spec);
        if (!OperatingSystem.IsLinux())
        {
            return new ProbeCoverage([], [new CoverageGap(spec.Point.Describe(), "there is no Linux kernel here", "Run on Linux.")]);
        }

        try
        {
            ProbeCoverage coverage = ((KernelPoint)spec.Point).Resolve(spec).Coverage;
            RequiredCapability.Demand(CapabilityNames.SystemCall);
            return coverage;
        }
        catch (MissingCapabilityException missing)
        {
            return new ProbeCoverage([], [new CoverageGap(missing.Place, missing.Why, missing.Mend)]);
        }
        catch (BackendUnavailableException missing)
        {
            return new ProbeCoverage([], [new CoverageGap(spec.Point.Describe(), missing.Why, missing.Mend)]);
        }
    }

    /// <inheritdoc/>
    public HitCost CostOf(ProbeSpec spec, ProbeReduction reduction)
    {
        DemandLinux();

        // The levels of one probe are asked for one after the other.
        if (Volatile.Read(ref _lastReach) is not { } last || last.Spec != spec)
        {
            PointTarget target = ((KernelPoint)spec.Point).Resolve(spec);
            last = new Reach(spec, KernelCosts.ReachOf(spec.Point, target));
            Volatile.Write(ref _lastReach, last);
        }

        return KernelCosts.Of(spec, last.Nanoseconds, reduction);
    }

    /// <inheritdoc/>
    public async ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckKind(runtime.Spec);
        RequiredCapability.Demand(CapabilityNames.SystemCall);
        PointTarget target = ((KernelPoint)runtime.Spec.Point).Resolve(runtime.Spec);
        KernelProbe probe = await KernelProbe.AttachAsync(runtime, target).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            await probe.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        runtime.Cells = probe.Cells;
        ProbeSlots.Open(runtime);
        return new KernelAttachment(probe, probe.CoverageOf(target));
    }

    /// <inheritdoc/>
    public ValueTask<IAccountingSource?> AccountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DemandLinux();
        return ValueTask.FromResult<IAccountingSource?>(new AccountingShare(KernelAccounting.Acquire()));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // What is missing on Linux is said by name where it is missed; elsewhere nothing may even be looked for.
    private static void DemandLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            RequiredCapability.Demand(CapabilityNames.SystemCall);
        }
    }

    private static void CheckKind(ProbeSpec spec)
    {
        if (spec.Action is { } action)
        {
            throw new SpecException($"{spec.Point.Describe()} {action.Describe()}", "programs in the kernel only observe.", "Act on the .NET method around it.");
        }

        if (spec.IsSpan)
        {
            throw new SpecException($"A span of {spec.Point.Describe()}", "spans are calls of .NET methods; what the kernel sees belongs to them.", "Leave AsSpan() out, and read ProbeEvent.Span.");
        }
    }

    private sealed record Reach(ProbeSpec Spec, double Nanoseconds);
}
