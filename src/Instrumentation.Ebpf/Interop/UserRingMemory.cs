namespace Instrumentation.Ebpf.Interop;

/// <summary>The memory of a ring buffer that this process writes and programs drain. One thread at a time may use it, and none once it is disposed.</summary>
internal sealed unsafe class UserRingMemory : IDisposable
{
    private const int HeaderBytes = 8;

    private readonly RingPages _pages;
    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _records;
    private readonly ulong _size;

    /// <summary>Maps a ring.</summary>
    /// <param name="ring">The map.</param>
    /// <param name="bytes">Its size, a power of two.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public UserRingMemory(MapHandle ring, int bytes)
    {
        _pages = new RingPages(ring, bytes, isProducer: true);

        // SAFETY: the pages are mapped until Dispose.
        _consumer = _pages.Consumer;
        _producer = _pages.Producer;
        _records = _pages.Records;
        _size = (ulong)bytes;
    }

    /// <summary>Bytes that no program has drained yet.</summary>
    public long PendingBytes => (long)(Volatile.Read(ref *_producer) - Volatile.Read(ref *_consumer));

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>False when there is no room.</returns>
    public bool TryWrite(ReadOnlySpan<byte> record)
    {
        ulong position = *_producer;
        ulong taken = ((ulong)record.Length + HeaderBytes + 7) & ~7UL;
        if (taken > _size - (position - Volatile.Read(ref *_consumer)))
        {
            return false;
        }

        // SAFETY: the place is free, and a record of up to the size fits from a masked position on, since the records are mapped twice.
        byte* at = _records + (position & (_size - 1));
        record.CopyTo(new Span<byte>(at + HeaderBytes, record.Length));
        *(ulong*)at = (uint)record.Length;
        Volatile.Write(ref *_producer, position + taken);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();
}
