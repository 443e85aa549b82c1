using System.Buffers;
using System.IO.Pipelines;

namespace Instrumentation.Events;

/// <summary>Decodes the records of one subscription to events. Not thread-safe, as all enumerators.</summary>
internal sealed class EventEnumerator(EventStream stream, EventSubscription subscription, CancellationToken cancellationToken) : IAsyncEnumerator<ProbeEvent>
{
    // Consumed bytes are given back at this pace, so that a long buffer does not count against the budget while it is gone through.
    private readonly long _step = Math.Min(64 * 1024, subscription.Budget / 4);

    private readonly PipeReader _reader = subscription.Reader;
    private ReadOnlySequence<byte> _buffer;
    private long _unread;
    private ProbeEvent? _current;
    private bool _reading;
    private bool _disposed;

    /// <inheritdoc/>
    public ProbeEvent Current => _current ?? throw new InvalidOperationException("The enumeration has no current event: call MoveNextAsync first, and only while it returns true.");

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync() => !cancellationToken.IsCancellationRequested && TryTake() ? new ValueTask<bool>(true) : ReadAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            _current = null;
            if (_reading)
            {
                _reading = false;
                _reader.AdvanceTo(_buffer.Start);
                _buffer = default;
            }

            _reader.Complete();
        }

        return ValueTask.CompletedTask;
    }

    private bool TryTake()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        if (_reading && _unread - _buffer.Length >= _step)
        {
            // What is left is there at once: nothing of it counts as examined.
            _reader.AdvanceTo(_buffer.Start);
            _reading = _reader.TryRead(out ReadResult result);
            _buffer = result.Buffer;
            _unread = _buffer.Length;
        }

        bool taken = stream.TryRead(ref _buffer, out _current);
        if (taken && _buffer.IsEmpty)
        {
            _reading = false;
            _reader.AdvanceTo(_buffer.End);
            _buffer = default;
        }

        return taken;
    }

    private async ValueTask<bool> ReadAsync()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IAsyncEnumerator<ProbeEvent>));
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            if (_reading)
            {
                _reading = false;
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
                _buffer = default;
            }

            ReadResult result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            _reading = true;
            _buffer = result.Buffer;
            _unread = _buffer.Length;
            if (TryTake())
            {
                return true;
            }

            if (result.IsCompleted)
            {
                return false;
            }
        }
    }
}
