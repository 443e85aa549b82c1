using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Backends.Extending;

/// <summary>An attached probe of a backend that a user has added.</summary>
/// <param name="backend">The backend.</param>
/// <param name="runtime">The probe.</param>
/// <param name="sink">What its hits come to.</param>
/// <param name="binder">Knows what hits have.</param>
/// <param name="attachment">What the backend gave.</param>
internal sealed class ExtensionAttachment(ExtensionBackend backend, ProbeRuntime runtime, ProbeSink sink, HitBinder binder, ProbeAttachment attachment) : IProbeAttachment
{
    private ProbeSpec _spec = runtime.Spec;
    private ProbeReduction _reduction = ProbeReduction.None;

    /// <inheritdoc/>
    public ProbeCoverage Coverage
    {
        get
        {
            try
            {
                return backend.Ask(nameof(ProbeAttachment.Coverage), () => attachment.Coverage);
            }
            catch (Exception failure) when (failure is InstrumentationException or OperationCanceledException)
            {
                return new ProbeCoverage([], [new CoverageGap(runtime.Spec.Point.Describe(), $"the backend does not say what it reaches: {failure.Message}", "Mend the backend.")]);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (HitPlan? plan, ProbeLimits limits) = PlanOf(spec, _reduction);
        _ = await backend.AskAsync(nameof(ProbeAttachment.UpdateAsync), async () =>
        {
            await attachment.UpdateAsync(spec, cancellationToken).ConfigureAwait(false);
            return this;
        }).ConfigureAwait(false);
        ProbeSlots.ChangeLimits(runtime, limits);
        sink.Plan = plan;
        _spec = spec;
    }

    /// <inheritdoc/>
    public void Reduce(ProbeReduction reduction)
    {
        (HitPlan? plan, ProbeLimits limits) = PlanOf(_spec, reduction);
        _ = backend.Ask(nameof(ProbeAttachment.Reduce), () =>
        {
            attachment.Reduce(reduction.Level);
            return this;
        });
        ProbeSlots.ChangeLimits(runtime, limits);
        sink.Plan = plan;
        _reduction = reduction;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _ = await backend.AskAsync(nameof(ProbeAttachment.DisposeAsync), async () =>
            {
                await attachment.DisposeAsync().ConfigureAwait(false);
                return this;
            }).ConfigureAwait(false);
        }
        finally
        {
            sink.Plan = null;
        }
    }

    private (HitPlan? Plan, ProbeLimits Limits) PlanOf(ProbeSpec spec, ProbeReduction reduction)
    {
        ProbeSpec reduced = reduction.Sample(spec);
        HitPlan plan = new(runtime, reduced, binder, reduction.Level);
        return (reduction.Level == ProbeLevel.Off ? null : plan, reduced.Limits);
    }
}
