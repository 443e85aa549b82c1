using System.Runtime.CompilerServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>
/// The memory of a ring buffer that the kernel writes: two positions that only grow, each on a page of its own, and the records, mapped twice in a row so
/// that none wraps. One thread at a time may use it, and none once it is disposed.
/// </summary>
internal sealed unsafe class RingMemory : IDisposable
{
    /// <summary>Bit of a header: the record is still being written.</summary>
    public const uint Busy = 1U << 31;

    /// <summary>Bit of a header: the record was given up.</summary>
    public const uint Discarded = 1U << 30;

    private readonly MemoryMapping _consumerPage;
    private readonly MemoryMapping _producerPages;
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
        nuint page = (nuint)Environment.SystemPageSize;
        _consumerPage = MemoryMapping.Map(ring, 0, page, writable: true);
        try
        {
            _producerPages = MemoryMapping.Map(ring, (nint)page, page + (2 * (nuint)bytes), writable: false);
        }
        catch
        {
            _consumerPage.Dispose();
            throw;
        }

        // SAFETY: the pages are mapped until Dispose: first the producer's page, then the records twice.
        _consumer = (ulong*)_consumerPage.Address;
        _producer = (ulong*)_producerPages.Address;
        _records = _producerPages.Address + page;
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
    public void Dispose()
    {
        _consumerPage.Dispose();
        _producerPages.Dispose();
    }
}
