using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>
/// The pump's side of a source that is no thread. Several processors write a source, each in the order of its times, so records of different processors can be out of
/// order by as long as a program takes between its look at the clock and its reservation: they are sorted before they are handed on.
/// </summary>
/// <param name="source">The source.</param>
internal sealed class SourceFeed(IRecordSource source) : RecordFeed, IRecordTaker
{
    /// <summary>How long after its time a record may come at the latest, in nanoseconds; one that comes later is delivered late, which is counted.</summary>
    public const long Slack = 1_000_000;

    private const int SmallestBuffer = 64 * 1024;

    private byte[] _buffer = [];
    private int _used;
    private int _read;
    private long[] _times = [];
    private int[] _offsets = [];
    private int _first;
    private int _count;
    private bool _sorted = true;

    private bool _ended;

    /// <summary>The source.</summary>
    public IRecordSource Source => source;

    /// <summary>Drains the source no more; what is held is still delivered.</summary>
    public void End() => _ended = true;

    /// <inheritdoc/>
    public override bool HasRecords => _first < _count;

    /// <inheritdoc/>
    public override int HeldBytes => _used - _read;

    /// <inheritdoc/>
    public override ref readonly EventRecordHeader First => ref Unsafe.As<byte, EventRecordHeader>(ref _buffer[_offsets[_first]]);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FirstRecord => _buffer.AsSpan(_offsets[_first], First.Length);

    /// <inheritdoc/>
    public override void Advance()
    {
        _read += First.Length;
        if (++_first == _count)
        {
            _first = _count = _used = _read = 0;
        }
    }

    /// <inheritdoc/>
    public override int Drain(long now)
    {
        if (_ended)
        {
            SafeTime = now;
            return 0;
        }

        Compact();
        int held = _used;
        source.Drain(this);
        if (!_sorted)
        {
            Array.Sort(_times, _offsets, _first, _count - _first);
            _sorted = true;
        }

        SafeTime = Math.Max(SafeTime, now - Slack);
        return _used - held;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> record)
    {
        if (record.Length < EventRecordHeader.Size || (record.Length & 7) != 0 || Unsafe.ReadUnaligned<int>(in record[0]) != record.Length)
        {
            Damages++;
            return;
        }

        if (_buffer.Length - _used < record.Length)
        {
            Array.Resize(ref _buffer, Math.Max(SmallestBuffer, (_used + record.Length) * 2));
        }

        if (_count == _times.Length)
        {
            int size = Math.Max(1024, _count * 2);
            Array.Resize(ref _times, size);
            Array.Resize(ref _offsets, size);
        }

        record.CopyTo(_buffer.AsSpan(_used));
        long time = Unsafe.ReadUnaligned<EventRecordHeader>(in record[0]).Timestamp;
        _sorted &= _count == _first || time >= _times[_count - 1];
        _times[_count] = time;
        _offsets[_count++] = _used;
        _used += record.Length;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    // What is held after a round is little: the records of the last millisecond. It is moved to the front when more than half of the buffer lies before it.
    private void Compact()
    {
        if (_first == 0 || _first < _count / 2)
        {
            return;
        }

        byte[] rest = new byte[Math.Max(SmallestBuffer, (_used - _read) * 2)];
        int used = 0;
        int count = 0;
        for (int i = _first; i < _count; i++)
        {
            int length = Unsafe.ReadUnaligned<int>(in _buffer[_offsets[i]]);
            _buffer.AsSpan(_offsets[i], length).CopyTo(rest.AsSpan(used));
            _times[count] = _times[i];
            _offsets[count++] = used;
            used += length;
        }

        (_buffer, _used, _read, _first, _count) = (rest, used, 0, 0, count);
    }
}
