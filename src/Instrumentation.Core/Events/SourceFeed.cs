namespace Instrumentation.Events;

/// <summary>
/// The pump's side of a source that is no thread. Several processors write a source, so its records come out of order by as long as a writer takes between its look at the clock and
/// the reservation of its room: they are held for the length of the window and sorted. A writer that stands still after its reservation holds the source, and with it the stream, as
/// a thread does that stands still in its hook.
/// </summary>
/// <param name="source">The source.</param>
internal sealed class SourceFeed(IRecordSource source) : RecordFeed, IRecordTaker
{
    /// <summary>The window: how long after its time a record's room may be reserved at the latest, in nanoseconds; one that comes later is delivered late, which is counted.</summary>
    public const long Slack = 1_000_000;

    private readonly SortedRecords _records = new();
    private long _markedAt;
    private ulong _mark;
    private bool _marked;
    private bool _ended;

    /// <summary>The source.</summary>
    public IRecordSource Source => source;

    /// <inheritdoc/>
    public override bool HasRecords => _records.Any;

    /// <inheritdoc/>
    public override int HeldBytes => _records.Bytes;

    /// <inheritdoc/>
    public override ref readonly EventRecordHeader First => ref _records.First;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FirstRecord => _records.FirstRecord;

    /// <summary>The bytes of memory that are kept for records.</summary>
    public int Capacity => _records.Capacity;

    /// <summary>Drains the source no more; what is held is still delivered.</summary>
    public void End() => _ended = true;

    /// <inheritdoc/>
    public override void Advance() => _records.RemoveFirst();

    /// <inheritdoc/>
    public override int Drain(long now)
    {
        if (_ended)
        {
            SafeTime = now;
            InHookSince = long.MaxValue;
            return 0;
        }

        if (!_marked)
        {
            (_markedAt, _mark, _marked) = (now, source.Reserved, true);
        }

        _records.Compact();
        int held = _records.Bytes;
        ulong end = source.Drain(this);
        _records.Sort();
        if ((long)(end - _mark) >= 0)
        {
            // Whatever is still to come lies behind the mark, and so was reserved after it was set.
            SafeTime = Math.Max(SafeTime, _markedAt - Slack);
            InHookSince = long.MaxValue;
            _marked = false;
        }
        else
        {
            InHookSince = Math.Min(InHookSince, now);
        }

        return _records.Bytes - held;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> record)
    {
        if (!_records.TryAdd(record))
        {
            Damages++;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
