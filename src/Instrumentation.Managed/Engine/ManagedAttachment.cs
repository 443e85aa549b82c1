using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation.Managed.Engine;

/// <summary>A probe that is woven into methods.</summary>
internal sealed class ManagedAttachment : IProbeAttachment
{
    private readonly ManagedEngine _engine;
    private readonly ProbeRuntime _runtime;
    private readonly IReadOnlyList<WovenMethod> _methods;
    private int _detached;

    /// <summary>Takes over what was woven.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="runtime">The probe.</param>
    /// <param name="methods">The methods that are woven.</param>
    /// <param name="coverage">What is reached and what is not.</param>
    public ManagedAttachment(ManagedEngine engine, ProbeRuntime runtime, IReadOnlyList<WovenMethod> methods, ProbeCoverage coverage)
    {
        _engine = engine;
        _runtime = runtime;
        _methods = methods;
        Coverage = coverage;
    }

    /// <inheritdoc/>
    public ProbeCoverage Coverage { get; private set; }

    /// <inheritdoc/>
    public ValueTask UpdateAsync(ProbeSpec spec, int version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _engine.Update(_runtime, spec, _methods);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _detached, 1) == 0)
        {
            IReadOnlyList<CoverageGap> kept = _engine.Detach(_runtime, _methods);
            Coverage = kept.Count == 0 ? Coverage : new ProbeCoverage(Coverage.Reached, [.. Coverage.Gaps, .. kept]);
        }

        return ValueTask.CompletedTask;
    }
}
