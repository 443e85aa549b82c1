using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>
/// A ring of records in native memory with one writer, the thread that owns it, and one reader, the pump. Positions only grow; the
/// offset in the ring is a position masked by the size. A record never wraps: the room that is left at the end is marked as skipped.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct EventRing
{
    /// <summary>The memory; null until the thread writes its first record.</summary>
    public byte* Memory;

    /// <summary>The size less one; the size is a power of two.</summary>
    public long Mask;

    /// <summary>Where the writer will write next; published when a record is complete.</summary>
    public long Head;

    /// <summary>The writer's last sight of <see cref="Tail"/>.</summary>
    public long KnownTail;

    private fixed long _apart[8];

    /// <summary>Where the reader will read next. On a cache line of its own.</summary>
    public long Tail;

    private fixed long _behind[7];

    /// <summary>Finds room for a record. The caller writes it and then calls <see cref="Commit"/> with the same length.</summary>
    /// <param name="ring">The ring of the current thread.</param>
    /// <param name="length">The record's bytes, a multiple of 8.</param>
    /// <returns>Where to write, or null when there is no room: the event is lost, and the caller counts it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Reserve(EventRing* ring, int length)
    {
        // SAFETY: the ring is owned by the calling thread and Memory holds Mask + 1 bytes; the offsets stay below that.
        long head = ring->Head;
        long offset = head & ring->Mask;
        return head + length - ring->KnownTail <= ring->Mask && offset + length <= ring->Mask ? ring->Memory + offset : ReserveSlowly(ring, length);
    }

    /// <summary>Publishes the record that was written at the place that <see cref="Reserve"/> gave.</summary>
    /// <param name="ring">The ring of the current thread.</param>
    /// <param name="length">The record's bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Commit(EventRing* ring, int length) => Volatile.Write(ref ring->Head, ring->Head + length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* ReserveSlowly(EventRing* ring, int length)
    {
        // SAFETY: as in Reserve; a ring that has no memory yet has Mask -1 and is refused by the first test.
        long size = ring->Mask + 1;
        if (length >= size)
        {
            return null;
        }

        long head = ring->Head;
        long rest = size - (head & ring->Mask);
        long skipped = length <= rest ? 0 : rest;
        ring->KnownTail = Volatile.Read(ref ring->Tail);
        if (head + skipped + length - ring->KnownTail > size)
        {
            if (skipped > 0 && head == ring->KnownTail)
            {
                // The ring is empty, but the record fits on neither side of the end. Give up the rest, so that the next one fits:
                // otherwise records of more than half the ring could be refused for ever.
                Skip(ring, head, skipped);
            }

            return null;
        }

        if (skipped > 0)
        {
            Skip(ring, head, skipped);
        }

        return ring->Memory + (ring->Head & ring->Mask);
    }

    private static void Skip(EventRing* ring, long head, long skipped)
    {
        // SAFETY: positions are multiples of 8, so at least 8 bytes are left before the ring's end.
        *(int*)(ring->Memory + (head & ring->Mask)) = -(int)skipped;
        Volatile.Write(ref ring->Head, head + skipped);
    }
}
