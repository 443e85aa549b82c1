using Instrumentation.Backends;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Backend;

/// <summary>An attached kernel probe.</summary>
/// <param name="probe">The probe.</param>
/// <param name="coverage">What it reaches.</param>
internal sealed class KernelAttachment(KernelProbe probe, ProbeCoverage coverage) : IProbeAttachment
{
    /// <inheritdoc/>
    public ProbeCoverage Coverage => coverage;

    /// <inheritdoc/>
    public ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        probe.Change(spec);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Reduce(ProbeReduction reduction) => probe.Reduce(reduction);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => probe.DisposeAsync();
}
