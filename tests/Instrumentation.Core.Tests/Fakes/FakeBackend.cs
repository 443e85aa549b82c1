using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>A backend whose hooks are called by the tests themselves (<see cref="FakeHook"/>).</summary>
internal sealed class FakeBackend : IProbeBackend
{
    /// <summary>Detaches so far.</summary>
    public int Detached;

    /// <summary>Runs in the middle of an attach; may throw or wait.</summary>
    public Func<ProbeRuntime, CancellationToken, Task> OnAttach { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>What a hit costs.</summary>
    public Func<ProbeSpec, ProbeReduction, HitCost> Cost { get; init; } = static (_, _) => default;

    /// <summary>Runs when a probe is reduced or restored; may throw.</summary>
    public Action<ProbeRuntime, ProbeReduction> OnReduce { get; init; } = static (_, _) => { };

    public string Name => "fake";

    public bool Handles(ProbePoint point) => point is FakePoint;

    public IReadOnlyList<Capability> Capabilities() =>
    [
        new("fake.hooks", CapabilityAnswer.Yes, "nothing", ""),
        new("fake.kernel", CapabilityAnswer.No, "a kernel", "install one"),
    ];

    public ProbeCoverage CanAttach(ProbeSpec spec) => new([spec.Point.Describe()], []);

    public HitCost CostOf(ProbeSpec spec, ProbeReduction reduction) => Cost(spec, reduction);

    public async ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        await OnAttach(runtime, cancellationToken);
        ProbeSlots.Open(runtime);
        return new Attachment(this, runtime);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Attachment(FakeBackend backend, ProbeRuntime runtime) : IProbeAttachment
    {
        public ProbeCoverage Coverage => backend.CanAttach(runtime.Spec);

        public ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
        {
            ProbeSlots.ChangeLimits(runtime, spec.Limits);
            return ValueTask.CompletedTask;
        }

        public void Reduce(ProbeReduction reduction) => backend.OnReduce(runtime, reduction);

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref backend.Detached);
            return ValueTask.CompletedTask;
        }
    }
}
