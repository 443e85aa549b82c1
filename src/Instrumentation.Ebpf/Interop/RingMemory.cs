using System.Runtime.CompilerServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>The memory of a ring buffer that the kernel writes. One thread at a time may use it, and none once it is disposed.</summary>
internal sealed unsafe class RingMemory : IDisposable
{
    /// <summary>Bit of a header: the record is still being written.</summary>
    public const uint Busy = 1U << 31;

    /// <summary>Bit of a header: the record was given up.</summary>
    public const uint Discarded = 1U << 30;

    private readonly RingPages _pages;
    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _records;
    private readonly ulong _mask;

    /// <summary>Maps a ring.</summary>
    /// <param name="ring">The map.</param>
    /// <param name="bytes">Its size, a power of two.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public RingMemory(MapHandle ring, int bytes)
    {
        _pages = new RingPages(ring, bytes, isProducer: false);

        // SAFETY: the pages are mapped until Dispose.
        _consumer = _pages.Consumer;
        _producer = _pages.Producer;
        _records = _pages.Records;
        _mask = (ulong)bytes - 1;
    }

    /// <summary>Up to where the reader has read.</summary>
    public ulong ConsumerPosition
    {
        get => Volatile.Read(ref *_consumer);

        // SAFETY: the page is writable, and a release store keeps the reads of records before it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Volatile.Write(ref *_consumer, value);
    }

    /// <summary>Up to where the kernel has reserved.</summary>
    public ulong ProducerPosition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *_producer);
    }

    /// <summary>The records; not to be used after <see cref="Dispose"/>.</summary>
    public RingRecords Records => new(_records, _mask);

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();
}
