using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>A ring buffer of an object as its readers see it: one reader at a time, and none once it is disposed.</summary>
/// <param name="ring">The ring.</param>
internal sealed class ObjectRing(BpfRingBuffer ring) : IDisposable
{
    private readonly Lock _lock = new();
    private bool _isTaken;
    private bool _isDisposed;

    /// <summary>Begins to read.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads it already.</exception>
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public void Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(BpfObject));
            _isTaken = !_isTaken ? true : throw new InvalidOperationException($"The ring buffer '{ring.Name}' has a reader already: its records go to one.");
        }
    }

    /// <summary>Ends reading.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _isTaken = false;
        }
    }

    /// <summary>Takes the records that are there.</summary>
    /// <typeparam name="THandler">Takes each record.</typeparam>
    /// <param name="handler">The handler.</param>
    /// <param name="limit">The most records.</param>
    /// <returns>How many it took; -1 once the ring is disposed.</returns>
    public int Consume<THandler>(ref THandler handler, int limit)
        where THandler : IRingRecordHandler
    {
        lock (_lock)
        {
            return _isDisposed ? -1 : ring.Consume(ref handler, limit: limit);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }
    }
}
