using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>A source driven by hand: room is reserved in order, records are finished in any order, and those before the first unfinished one are handed over. Thread-safe.</summary>
internal sealed class FakeSource : IRecordSource
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = [];
    private ulong _reserved;
    private ulong _drained;

    /// <inheritdoc/>
    public ulong Reserved
    {
        get
        {
            lock (_gate)
            {
                return _reserved;
            }
        }
    }

    /// <summary>A record as it lies in rings.</summary>
    /// <param name="probeId">The probe's number.</param>
    /// <param name="timestamp">Its time.</param>
    /// <param name="tail">What follows the header; a multiple of 8 bytes.</param>
    public static byte[] Record(int probeId, long timestamp, ReadOnlySpan<byte> tail = default)
    {
        byte[] record = new byte[EventRecordHeader.Size + tail.Length];
        EventRecordHeader header = new() { Length = record.Length, ProbeId = probeId, Timestamp = timestamp, Flags = EventFlags.Kernel, Edge = ProbeEdge.Entry };
        MemoryMarshal.Write(record, in header);
        tail.CopyTo(record.AsSpan(EventRecordHeader.Size));
        return record;
    }

    /// <summary>Reserves room for a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>Finishes it.</returns>
    public Action Begin(byte[] record)
    {
        Entry entry = new(record);
        lock (_gate)
        {
            _entries.Enqueue(entry);
            _reserved += (ulong)Math.Max(8, record.Length);
        }

        return () =>
        {
            lock (_gate)
            {
                entry.Finished = true;
            }
        };
    }

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    public void Write(byte[] record) => Begin(record)();

    /// <inheritdoc/>
    public ulong Drain(IRecordTaker taker)
    {
        lock (_gate)
        {
            while (_entries.TryPeek(out Entry? entry) && entry.Finished)
            {
                _entries.Dequeue();
                _drained += (ulong)Math.Max(8, entry.Record.Length);
                taker.Take(entry.Record);
            }

            return _drained;
        }
    }

    private sealed class Entry(byte[] record)
    {
        public byte[] Record => record;

        public bool Finished { get; set; }
    }
}
