using Instrumentation.Backends;

namespace Instrumentation.Ebpf.Backend;

/// <summary>An attached kernel probe.</summary>
/// <param name="probe">The probe.</param>
/// <param name="coverage">What it reaches.</param>
internal sealed class KernelAttachment(KernelProbe probe, ProbeCoverage coverage) : IProbeAttachment
{
    /// <inheritdoc/>
    public ProbeCoverage Coverage => coverage;

    /// <inheritdoc/>
    public ValueTask UpdateAsync(ProbeSpec spec, int version, CancellationToken cancellationToken) => throw new SpecException(
        $"A change of {spec.Point.Describe()} in place",
        "kernel probes cannot be changed while they are attached yet.",
        "Attach a second probe, then dispose the first.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => probe.DisposeAsync();
}
