using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Managed.Locks;

/// <summary>An attached probe on lock contention. Its changes, reductions and its end come one at a time.</summary>
internal sealed class LockAttachment : IProbeAttachment
{
    private readonly ProbeRuntime _runtime;
    private LockWatch _watch;
    private ProbeSpec _spec;
    private ProbeReduction _reduction = ProbeReduction.None;
    private bool _isOut;

    /// <summary>Attaches a probe.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    /// <exception cref="InstrumentationException">The spec wants what waits for locks do not have, or nothing can be woven here; nothing is left.</exception>
    public LockAttachment(ProbeRuntime runtime)
    {
        _runtime = runtime;
        _spec = runtime.Spec;
        nint hook = LockReports.Compile(runtime, _spec);
        _watch = LockWatch.Acquire();
        LockReports.Set(runtime, hook);
        ProbeSlots.Open(runtime);
    }

    /// <inheritdoc/>
    public ProbeCoverage Coverage => Volatile.Read(ref _watch).Coverage;

    /// <inheritdoc/>
    public ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Become(spec, _reduction);
        _spec = spec;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Reduce(ProbeReduction reduction)
    {
        Become(_spec, reduction);
        _reduction = reduction;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        TakeOut();
        return ValueTask.CompletedTask;
    }

    private void Become(ProbeSpec spec, ProbeReduction reduction)
    {
        ProbeSpec reduced = reduction.Sample(spec);
        nint hook = LockReports.Compile(_runtime, reduced);
        if (reduction.Level == ProbeLevel.Off)
        {
            TakeOut();
            return;
        }

        if (_isOut)
        {
            Volatile.Write(ref _watch, LockWatch.Acquire());
            _isOut = false;
        }

        ProbeSlots.ChangeLimits(_runtime, reduced.Limits);
        LockReports.Set(_runtime, reduction.Level == ProbeLevel.Counted ? LockReports.Counting(isConditional: spec.Condition is not null) : hook);
    }

    private void TakeOut()
    {
        if (!_isOut)
        {
            _isOut = true;
            LockReports.Remove(_runtime);
            LockWatch.Release();
        }
    }
}
