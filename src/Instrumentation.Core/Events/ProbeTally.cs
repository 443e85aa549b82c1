namespace Instrumentation.Events;

/// <summary>What became of one probe's records after they were written. The pump writes, anyone may read.</summary>
internal sealed class ProbeTally
{
    private long _delivered;
    private long _deliveredBytes;
    private long _late;
    private long _readerTooSlow;
    private long _unread;

    /// <summary>Records that left the pump, in whatever order.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Their bytes.</summary>
    public long DeliveredBytes => Volatile.Read(ref _deliveredBytes);

    /// <summary>Delivered records that came after one with a later time.</summary>
    public long Late => Volatile.Read(ref _late);

    /// <summary>Records that did not fit the budget of a reader; counted for each such reader.</summary>
    public long ReaderTooSlow => Volatile.Read(ref _readerTooSlow);

    /// <summary>Records for which there was no reader and no room in the backlog.</summary>
    public long Unread => Volatile.Read(ref _unread);

    /// <summary>True when no further record comes. Guarded by the stream's lock.</summary>
    public bool Ended { get; set; }

    /// <summary>Counts a delivered record. Only the pump's thread may call it.</summary>
    /// <param name="bytes">Its bytes.</param>
    public void CountDelivered(int bytes)
    {
        Volatile.Write(ref _deliveredBytes, _deliveredBytes + bytes);
        Volatile.Write(ref _delivered, _delivered + 1);
    }

    /// <summary>Counts a late record. Only the pump's thread may call it.</summary>
    public void CountLate() => Volatile.Write(ref _late, _late + 1);

    /// <summary>Counts a record that a reader was too slow for.</summary>
    public void CountReaderTooSlow() => Interlocked.Increment(ref _readerTooSlow);

    /// <summary>Counts a record that found no reader and no room.</summary>
    public void CountUnread() => Interlocked.Increment(ref _unread);
}
