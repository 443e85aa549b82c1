using System.Numerics;
using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>
/// A ring buffer that programs on all processors write and one thread of this process reads, record by record, in place. When it is full the program's
/// reservation fails, and the program counts the loss: the kernel never waits.
/// </summary>
internal sealed class BpfRingBuffer : BpfMap
{
    private const uint LengthMask = ~(RingMemory.Busy | RingMemory.Discarded);

    private readonly RingMemory _memory;
    private readonly ulong _publishBytes;

    /// <summary>Creates the ring.</summary>
    /// <param name="bytes">Its least size; rounded up to a power of two and whole pages.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfRingBuffer(int bytes, string name = "ring")
        : base(new MapDescription(MapType.RingBuffer, 0, 0, RoundUp(bytes)) { Name = name })
    {
        try
        {
            _memory = new RingMemory(Handle, Capacity);
        }
        catch
        {
            Handle.Dispose();
            throw;
        }

        // Room is given back in pieces: each store to the position takes its cache line from the processors that write.
        _publishBytes = Math.Min((ulong)Capacity / 8, 128 * 1024);
    }

    /// <summary>Up to where the kernel has reserved room since the ring was made, in bytes.</summary>
    public ulong ProducerPosition => _memory.ProducerPosition;

    /// <summary>Up to where records were read since the ring was made, in bytes.</summary>
    public ulong ConsumerPosition => _memory.ConsumerPosition;

    /// <summary>The size of a ring that holds at least so many bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>A power of two, at least a page.</returns>
    public static int RoundUp(int bytes) => (int)Math.Min(1U << 30, BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, Environment.SystemPageSize)));

    /// <summary>Hands all complete records to a handler. One thread at a time.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="handler">Takes the records. If it throws, the record that it threw at counts as read, and the exception leaves this method.</param>
    /// <param name="limit">The most records of this call.</param>
    /// <returns>How many records the handler took.</returns>
    public int Consume<THandler>(ref THandler handler, int limit = int.MaxValue)
        where THandler : IRingRecordHandler, allows ref struct
    {
        RingMemory memory = _memory;
        Progress progress = new(memory.ConsumerPosition);
        try
        {
            while (progress.Count < limit)
            {
                ulong end = memory.ProducerPosition;
                if (progress.Read != end)
                {
                    ulong before = progress.Read;
                    ReadUpTo(memory, ref handler, ref progress, end, limit);
                    if (progress.Read != before)
                    {
                        continue;
                    }
                }

                if (progress.Read == progress.Published)
                {
                    break;
                }

                // The kernel wakes a reader only if it sees that all before its record was read. So the position is published first, and
                // then, behind a full fence, the ring is looked at again.
                memory.ConsumerPosition = progress.Published = progress.Read;
                Interlocked.MemoryBarrier();
            }
        }
        finally
        {
            if (progress.Read != progress.Published)
            {
                memory.ConsumerPosition = progress.Read;
            }
        }

        return progress.Count;
    }

    // Apart from Consume, so that the position is in a register: within a try block it is kept on the stack, and each record would wait for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadUpTo<THandler>(RingMemory memory, ref THandler handler, ref Progress progress, ulong end, int limit)
        where THandler : IRingRecordHandler, allows ref struct
    {
        RingRecords records = memory.Records;
        ulong position = progress.Read;
        ulong publishAt = progress.Published + _publishBytes;
        int count = progress.Count;
        uint header;
        while (position != end && count < limit && ((header = records.HeaderAt(position)) & RingMemory.Busy) == 0)
        {
            uint length = header & LengthMask;
            ulong at = position;
            records.FetchAhead(at, end);
            position += RingRecords.Taken(length);
            progress.Read = position;
            if ((header & RingMemory.Discarded) == 0)
            {
                count++;
                handler.OnRecord(records.RecordAt(at, length));
            }

            if (position >= publishAt)
            {
                memory.ConsumerPosition = progress.Published = position;
                publishAt = position + _publishBytes;
            }
        }

        progress.Count = count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _memory.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>How far a call of <see cref="Consume"/> has come.</summary>
    /// <param name="start">Where it begins.</param>
    private ref struct Progress(ulong start)
    {
        /// <summary>Up to where records were read; the one that the handler has counts as read.</summary>
        public ulong Read = start;

        /// <summary>Up to where the kernel knows that they were.</summary>
        public ulong Published = start;

        /// <summary>The records that the handler was given; not kept up when it throws.</summary>
        public int Count;
    }
}
