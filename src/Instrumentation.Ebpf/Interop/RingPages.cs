namespace Instrumentation.Ebpf.Interop;

/// <summary>The pages of a ring buffer: two positions that only grow, each on a page of its own, and the records, mapped twice in a row so that none wraps.</summary>
internal sealed unsafe class RingPages : IDisposable
{
    private readonly MemoryMapping _consumerPage;
    private readonly MemoryMapping _producerPages;

    /// <summary>Maps a ring.</summary>
    /// <param name="ring">The map.</param>
    /// <param name="bytes">Its size, a power of two.</param>
    /// <param name="isProducer">Whether this process writes the records; else it reads them.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public RingPages(MapHandle ring, int bytes, bool isProducer)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        _consumerPage = MemoryMapping.Map(ring, 0, page, writable: !isProducer);
        try
        {
            _producerPages = MemoryMapping.Map(ring, (nint)page, page + (2 * (nuint)bytes), writable: isProducer);
        }
        catch
        {
            _consumerPage.Dispose();
            throw;
        }

        // SAFETY: the pages are mapped until Dispose: first the producer's page, then the records twice.
        Consumer = (ulong*)_consumerPage.Address;
        Producer = (ulong*)_producerPages.Address;
        Records = _producerPages.Address + page;
    }

    /// <summary>Up to where the reader has read.</summary>
    public ulong* Consumer { get; }

    /// <summary>Up to where the writer has reserved.</summary>
    public ulong* Producer { get; }

    /// <summary>The first of the records.</summary>
    public byte* Records { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumerPage.Dispose();
        _producerPages.Dispose();
    }
}
