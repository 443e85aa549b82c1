using System.Buffers;
using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>Records that wait for their first reader, oldest first. When it is full the newest are refused. Not thread-safe: the stream's lock guards it.</summary>
/// <param name="capacity">The most bytes.</param>
internal sealed class EventBacklog(int capacity)
{
    private byte[] _buffer = [];
    private int _length;

    /// <summary>Bytes of the records that wait.</summary>
    public int Length => _length;

    /// <summary>Keeps a record.</summary>
    /// <param name="record">The record, header first.</param>
    /// <returns>False when there is no room.</returns>
    public bool Add(ReadOnlySpan<byte> record)
    {
        if (record.Length > capacity - _length || !TryGrow(_length + record.Length))
        {
            return false;
        }

        record.CopyTo(_buffer.AsSpan(_length));
        _length += record.Length;
        return true;
    }

    /// <summary>Moves records to their reader.</summary>
    /// <param name="probe">The only probe whose records are wanted; null for all.</param>
    /// <param name="take">Takes a record.</param>
    public void MoveTo(ProbeRuntime? probe, RecordAction take)
    {
        int kept = 0;
        for (int at = 0; at < _length;)
        {
            ref readonly EventRecordHeader header = ref Unsafe.As<byte, EventRecordHeader>(ref _buffer[at]);
            int length = header.Length;
            if (probe is null || header.ProbeId == probe.Id)
            {
                take(_buffer.AsSpan(at, length));
            }
            else
            {
                _buffer.AsSpan(at, length).CopyTo(_buffer.AsSpan(kept));
                kept += length;
            }

            at += length;
        }

        _length = kept;
        if (kept == 0)
        {
            Return();
        }
    }

    /// <summary>The numbers of the probes whose records wait.</summary>
    /// <returns>The numbers.</returns>
    public HashSet<int> ProbeIds()
    {
        HashSet<int> ids = [];
        for (int at = 0; at < _length;)
        {
            ref readonly EventRecordHeader header = ref Unsafe.As<byte, EventRecordHeader>(ref _buffer[at]);
            ids.Add(header.ProbeId);
            at += header.Length;
        }

        return ids;
    }

    private bool TryGrow(int needed)
    {
        if (needed <= _buffer.Length)
        {
            return true;
        }

        byte[] larger;
        try
        {
            larger = ArrayPool<byte>.Shared.Rent(Math.Min(capacity, Math.Max(4096, needed * 2)));
        }
        catch (OutOfMemoryException)
        {
            return false;
        }

        int length = _length;
        _buffer.AsSpan(0, length).CopyTo(larger);
        Return();
        _buffer = larger;
        return true;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
    }

    /// <summary>Takes one record.</summary>
    /// <param name="record">The record, header first.</param>
    internal delegate void RecordAction(ReadOnlySpan<byte> record);
}
