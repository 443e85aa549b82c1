using System.Diagnostics.CodeAnalysis;
using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>An attached probe with a typed capture.</summary>
/// <typeparam name="T">The type of the captured value.</typeparam>
public sealed class ProbeHandle<T> : ProbeHandle
{
    private readonly TypedEventStream<T> _events;

    /// <summary>Makes the handle of a probe that its backend has attached.</summary>
    /// <param name="runtime">The probe's live side.</param>
    /// <param name="attachment">What detaches it.</param>
    /// <param name="stream">The session's stream.</param>
    /// <param name="detached">Is told when it is gone.</param>
    internal ProbeHandle(ProbeRuntime runtime, IProbeAttachment attachment, EventStream stream, Func<ProbeHandle, ValueTask> detached)
        : base(runtime, attachment, stream, detached) => _events = new TypedEventStream<T>(stream, runtime);

    /// <summary>
    /// This probe's events alone, typed. Each enumeration is a subscription with a buffer of its own, which other probes' events do not use; it ends
    /// after the last event when the probe is detached. The events also come on the session's stream if that is read.
    /// </summary>
    public IAsyncEnumerable<ProbeEvent<T>> Events => _events;

    /// <summary>
    /// Reads an event of the session's stream as what this probe captures, if it is one of this probe's: so a reader of all events in one order knows the
    /// types of those that it cares for. The constructor and initializer of the capture are run with the recorded values at each call.
    /// </summary>
    /// <param name="source">An event, of whatever probe.</param>
    /// <param name="value">The captured value; the type's default when the event is not this probe's.</param>
    /// <returns>True when the event is this probe's; also after the detach.</returns>
    public bool TryRead(ProbeEvent source, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(source);
        bool own = source.IsOf(Runtime);
        value = own ? _events.Rebuild(source) : default;
        return own;
    }

    /// <inheritdoc cref="ProbeHandle.UpdateAsync"/>
    public Task UpdateAsync(Func<ProbeSpec<T>, ProbeSpec<T>> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return base.UpdateAsync(spec => change((ProbeSpec<T>)spec), cancellationToken);
    }
}
