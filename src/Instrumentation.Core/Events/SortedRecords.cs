using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>
/// Records in the order of their times; those of one time in the order in which they came. They come nearly in order, are sorted after each batch, and are taken off the front.
/// The memory is used again and again; what a flood has needed is given back. Not thread-safe.
/// </summary>
internal sealed class SortedRecords
{
    /// <summary>The most bytes of memory that are kept for later.</summary>
    public const int KeptBytes = 4 * 1024 * 1024;

    private const int SmallestBuffer = 64 * 1024;
    private const int SmallestIndex = 1024;

    // A record that comes so many places too late is put where it belongs at once; if one lies further off, everything is sorted.
    private const int Near = 32;

    private byte[] _buffer = [];
    private byte[] _spare = [];
    private int _used;
    private int _read;
    private long[] _times = [];
    private int[] _offsets = [];
    private int _first;
    private int _count;
    private bool _sorted = true;

    /// <summary>Whether there are records.</summary>
    public bool Any => _first < _count;

    /// <summary>Bytes of the records that are there.</summary>
    public int Bytes => _used - _read;

    /// <summary>The bytes of memory for records, used or not.</summary>
    public int Capacity => _buffer.Length + _spare.Length;

    /// <summary>The earliest record's header. There must be one.</summary>
    public ref readonly EventRecordHeader First => ref Unsafe.As<byte, EventRecordHeader>(ref _buffer[_offsets[_first]]);

    /// <summary>The earliest record. There must be one.</summary>
    public ReadOnlySpan<byte> FirstRecord => _buffer.AsSpan(_offsets[_first], First.Length);

    /// <summary>Adds a record, which is copied. It is in its place after <see cref="Sort"/>.</summary>
    /// <param name="record">The whole record, header first.</param>
    /// <returns>False when its length makes no sense: it was not added.</returns>
    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        if (record.Length < EventRecordHeader.Size || (record.Length & 7) != 0 || Unsafe.ReadUnaligned<int>(in record[0]) != record.Length)
        {
            return false;
        }

        if (_buffer.Length - _used < record.Length)
        {
            Array.Resize(ref _buffer, checked(Math.Max(SmallestBuffer, (_used + record.Length) * 2)));
        }

        if (_count == _times.Length)
        {
            int size = Math.Max(SmallestIndex, _count * 2);
            Array.Resize(ref _times, size);
            Array.Resize(ref _offsets, size);
        }

        record.CopyTo(_buffer.AsSpan(_used));
        long time = Unsafe.As<byte, EventRecordHeader>(ref _buffer[_used]).Timestamp;
        int place = _count;
        int nearest = Math.Max(_first, _count - Near);
        while (place > nearest && _times[place - 1] > time)
        {
            place--;
        }

        if (place < _count)
        {
            _sorted &= place == _first || _times[place - 1] <= time;
            Array.Copy(_times, place, _times, place + 1, _count - place);
            Array.Copy(_offsets, place, _offsets, place + 1, _count - place);
        }

        _times[place] = time;
        _offsets[place] = _used;
        _count++;
        _used += record.Length;
        return true;
    }

    /// <summary>Brings what was added into its place.</summary>
    public void Sort()
    {
        if (_sorted)
        {
            return;
        }

        Array.Sort(_times, _offsets, _first, _count - _first);
        for (int i = _first; i < _count;)
        {
            int end = i + 1;
            while (end < _count && _times[end] == _times[i])
            {
                end++;
            }

            // The memory is filled in the order in which records come.
            Array.Sort(_offsets, i, end - i);
            i = end;
        }

        _sorted = true;
    }

    /// <summary>Takes the earliest record off.</summary>
    public void RemoveFirst()
    {
        _read += First.Length;
        if (++_first == _count)
        {
            _first = _count = _used = _read = 0;
            if (_buffer.Length > KeptBytes)
            {
                (_buffer, _times, _offsets) = ([], [], []);
            }
        }
    }

    /// <summary>
    /// Moves what is there to the front when at least half of the records have been taken off. What is there by then is little as a rule: the records of the window.
    /// </summary>
    public void Compact()
    {
        if (_first == 0 || _first < _count / 2)
        {
            return;
        }

        int wanted = Math.Max(SmallestBuffer, Bytes * 2);
        byte[] target = _spare.Length >= wanted ? _spare : new byte[wanted];
        int used = 0;
        int count = 0;
        for (int i = _first; i < _count; i++)
        {
            int length = Unsafe.ReadUnaligned<int>(in _buffer[_offsets[i]]);
            _buffer.AsSpan(_offsets[i], length).CopyTo(target.AsSpan(used));
            _times[count] = _times[i];
            _offsets[count++] = used;
            used += length;
        }

        _spare = _buffer.Length <= KeptBytes ? _buffer : [];
        (_buffer, _used, _read, _first, _count) = (target, used, 0, 0, count);
    }
}
