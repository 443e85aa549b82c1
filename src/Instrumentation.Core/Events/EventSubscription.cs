using System.IO.Pipelines;

namespace Instrumentation.Events;

/// <summary>
/// One reader of a stream: a pipe of records with a budget. What does not fit the budget is refused, so the pump never waits.
/// Members for the writing side are called under the stream's lock.
/// </summary>
internal sealed class EventSubscription
{
    private const int SegmentBytes = 32 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.Inline,
        minimumSegmentSize: SegmentBytes,
        useSynchronizationContext: false));

    private readonly EventStream _stream;
    private Memory<byte> _chunk;
    private int _used;
    private long _written;
    private long _consumed;
    private bool _unflushed;
    private bool _completed;

    /// <summary>Creates the pipe; the stream adds the subscription.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="probe">The only probe whose records are wanted; null for all.</param>
    /// <param name="budget">The most bytes that wait for the reader.</param>
    public EventSubscription(EventStream stream, ProbeRuntime? probe, long budget)
    {
        _stream = stream;
        Budget = budget;
        Probe = probe;
        Reader = new RecordPipeReader(_pipe.Reader, this);
    }

    /// <summary>The only probe whose records are wanted; null for all.</summary>
    public ProbeRuntime? Probe { get; }

    /// <summary>The most bytes that wait for the reader.</summary>
    public long Budget { get; }

    /// <summary>The reader's end.</summary>
    public PipeReader Reader { get; }

    /// <summary>Bytes offered and taken so far.</summary>
    public long Written => _written;

    /// <summary>Bytes that the reader is done with.</summary>
    public long ConsumedBytes => Volatile.Read(ref _consumed);

    /// <summary>Writes a record unless the reader is too far behind.</summary>
    /// <param name="record">The record, header first.</param>
    /// <returns>False when there was no room: the record is lost to this reader.</returns>
    public bool Offer(ReadOnlySpan<byte> record)
    {
        if (_written + record.Length - Volatile.Read(ref _consumed) > Budget)
        {
            return false;
        }

        if (record.Length > _chunk.Length - _used && !TryTakeChunk(record.Length))
        {
            return false;
        }

        record.CopyTo(_chunk.Span[_used..]);
        _used += record.Length;
        _written += record.Length;
        _unflushed = true;
        return true;
    }

    /// <summary>Lets the reader see what was offered.</summary>
    public void Flush()
    {
        if (_unflushed)
        {
            // Completes at once: the pipe has no threshold at which it would hold its writer back.
            _unflushed = false;
            CommitChunk();
            ValueTask<FlushResult> flush = _pipe.Writer.FlushAsync(CancellationToken.None);
            _ = flush.IsCompletedSuccessfully ? flush.Result : default;
        }
    }

    /// <summary>Ends the stream for this reader after what was offered.</summary>
    public void Complete()
    {
        if (!_completed)
        {
            _completed = true;
            Flush();
            _pipe.Writer.Complete();
        }
    }

    /// <summary>Called by the reader: bytes are done with.</summary>
    /// <param name="bytes">How many.</param>
    public void Consumed(long bytes) => Volatile.Write(ref _consumed, _consumed + bytes);

    /// <summary>Called by the reader: it reads no more.</summary>
    public void Leave() => _stream.Unsubscribe(this);

    // The pipe is asked for room once a chunk and not once a record, since it locks.
    private bool TryTakeChunk(int length)
    {
        CommitChunk();
        try
        {
            _chunk = _pipe.Writer.GetMemory(length);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    private void CommitChunk()
    {
        if (_used > 0)
        {
            _pipe.Writer.Advance(_used);
        }

        _chunk = default;
        _used = 0;
    }
}
