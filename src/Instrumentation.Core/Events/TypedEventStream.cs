using System.Collections.Concurrent;

namespace Instrumentation.Events;

/// <summary>The events of one probe, typed.</summary>
/// <typeparam name="T">The type of the captured value.</typeparam>
/// <param name="stream">The session's stream.</param>
/// <param name="probe">The probe.</param>
internal sealed class TypedEventStream<T>(EventStream stream, ProbeRuntime probe) : IAsyncEnumerable<ProbeEvent<T>>
{
    private readonly ConcurrentDictionary<int, Func<ProbeEvent, T>> _rebuild = new();

    /// <inheritdoc/>
    public IAsyncEnumerator<ProbeEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(new EventEnumerator(stream, stream.Subscribe(probe), cancellationToken), Rebuild);

    /// <summary>Makes the captured value of an event, by the capture that the probe had when it was recorded.</summary>
    /// <param name="source">An event of the probe.</param>
    /// <returns>The value.</returns>
    public T Rebuild(ProbeEvent source) => _rebuild
        .GetOrAdd(source.Version, static (version, probe) => CaptureRebuilder.Create<T>(probe.Captures.CaptureOf(version)!), probe)
        .Invoke(source);

    private sealed class Enumerator(EventEnumerator events, Func<ProbeEvent, T> rebuild) : IAsyncEnumerator<ProbeEvent<T>>
    {
        private ProbeEvent<T>? _current;

        public ProbeEvent<T> Current => _current?.Event == events.Current ? _current : _current = new ProbeEvent<T>(events.Current, rebuild);

        public ValueTask<bool> MoveNextAsync() => events.MoveNextAsync();

        public ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
