using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>An attached probe with a typed capture.</summary>
/// <typeparam name="T">The type of the captured value.</typeparam>
public sealed class ProbeHandle<T> : ProbeHandle
{
    /// <summary>Makes the handle of a probe that its backend has attached.</summary>
    /// <param name="runtime">The probe's live side.</param>
    /// <param name="attachment">What detaches it.</param>
    /// <param name="stream">The session's stream.</param>
    /// <param name="detached">Is told when it is gone.</param>
    internal ProbeHandle(ProbeRuntime runtime, IProbeAttachment attachment, EventStream stream, Func<ProbeHandle, ValueTask> detached)
        : base(runtime, attachment, stream, detached) => Events = new TypedEventStream<T>(stream, runtime);

    /// <summary>
    /// This probe's events alone, typed. Each enumeration is a subscription with a buffer of its own, which other probes' events do not use; it ends
    /// after the last event when the probe is detached. The events also come on the session's stream if that is read.
    /// </summary>
    public IAsyncEnumerable<ProbeEvent<T>> Events { get; }

    /// <inheritdoc cref="ProbeHandle.UpdateAsync"/>
    public Task UpdateAsync(Func<ProbeSpec<T>, ProbeSpec<T>> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return base.UpdateAsync(spec => change((ProbeSpec<T>)spec), cancellationToken);
    }
}
