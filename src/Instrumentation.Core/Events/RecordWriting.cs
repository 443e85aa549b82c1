using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>How hooks of this process write records into the ring of their thread: room first, then the fields, then the record is published. Nothing here throws or allocates.</summary>
internal static unsafe class RecordWriting
{
    /// <summary>Makes room for a record.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="block">The probe's block.</param>
    /// <param name="length">The record's bytes.</param>
    /// <returns>Where to write; null when the event is lost, which has been counted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Reserve(ThreadState* state, ProbeBlock* block, int length)
    {
        // SAFETY: state and block belong to the current thread.
        byte* record = EventRing.Reserve(&state->Ring, length);
        return record != null ? record : ReserveFirst(state, block, length);
    }

    /// <summary>Publishes a record.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="block">The probe's block.</param>
    /// <param name="length">The record's bytes.</param>
    public static void Commit(ThreadState* state, ProbeBlock* block, int length)
    {
        // SAFETY: state and block belong to the current thread.
        EventRing.Commit(&state->Ring, length);
        block->Emitted++;
    }

    /// <summary>Bytes that a string takes in a record.</summary>
    /// <param name="text">The string.</param>
    /// <param name="most">The most UTF-16 units that are kept.</param>
    /// <returns>The bytes, a multiple of 8.</returns>
    public static int StringBytes(string? text, int most) => text is null ? 8 : 8 + (((Math.Min(text.Length, most) * sizeof(char)) + 7) & ~7);

    /// <summary>The mark of a record with a string that does not fit.</summary>
    /// <param name="text">The string.</param>
    /// <param name="most">The most UTF-16 units that are kept.</param>
    /// <returns><see cref="EventFlags.Truncated"/> or 0.</returns>
    public static int CutFlag(string? text, int most) => text is not null && text.Length > most ? (int)EventFlags.Truncated : 0;

    /// <summary>Writes a string into a record.</summary>
    /// <param name="cursor">Where.</param>
    /// <param name="text">The string.</param>
    /// <param name="most">The most UTF-16 units that are kept.</param>
    /// <returns>Where the next field goes.</returns>
    public static byte* WriteString(byte* cursor, string? text, int most)
    {
        // SAFETY: the record was reserved with StringBytes of the same arguments.
        int* descriptor = (int*)cursor;
        if (text is null)
        {
            descriptor[0] = -1;
            descriptor[1] = 0;
            return cursor + 8;
        }

        int units = Math.Min(text.Length, most);
        descriptor[0] = units;
        descriptor[1] = text.Length;
        int padded = ((units * sizeof(char)) + 7) & ~7;
        if (padded > 0)
        {
            *(long*)(cursor + padded) = 0;
            text.AsSpan(0, units).CopyTo(new Span<char>(cursor + 8, units));
        }

        return cursor + 8 + padded;
    }

    // Out of the hooks' way: a thread's first record, and those that are lost.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* ReserveFirst(ThreadState* state, ProbeBlock* block, int length)
    {
        // SAFETY: as in Reserve. A ring without memory refuses every record.
        byte* record = null;
        if (state->Ring.Memory == null)
        {
            ThreadStates.CreateRing(state);
            record = EventRing.Reserve(&state->Ring, length);
        }

        if (record == null)
        {
            block->Lost++;
        }

        return record;
    }
}
