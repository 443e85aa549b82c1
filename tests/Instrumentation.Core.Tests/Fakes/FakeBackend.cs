using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>A backend whose hooks are called by the tests themselves (<see cref="FakeHook"/>).</summary>
internal sealed class FakeBackend : IProbeBackend
{
    /// <summary>Detaches so far.</summary>
    public int Detached;

    /// <summary>Runs in the middle of an attach; may throw or wait.</summary>
    public Func<ProbeRuntime, CancellationToken, Task> OnAttach { get; init; } = static (_, _) => Task.CompletedTask;

    public string Name => "fake";

    public bool Handles(ProbePoint point) => point is FakePoint;

    public IReadOnlyList<Capability> Capabilities() =>
    [
        new("fake.hooks", CapabilityAnswer.Yes, "nothing", ""),
        new("fake.kernel", CapabilityAnswer.No, "a kernel", "install one"),
    ];

    public ProbeCoverage CanAttach(ProbeSpec spec) => new([spec.Point.Describe()], []);

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

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref backend.Detached);
            return ValueTask.CompletedTask;
        }
    }
}
