using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Does on the calling thread what a woven hook does.</summary>
internal static unsafe class FakeHook
{
    /// <summary>One hit that passes and emits an event.</summary>
    /// <param name="handle">The probe.</param>
    /// <param name="fields">The captured values as bytes.</param>
    /// <param name="change">Changes the header before it is written.</param>
    /// <param name="inside">Runs between the timestamp and the record.</param>
    public static void Hit(ProbeHandle handle, ReadOnlySpan<byte> fields = default, HeaderChange? change = null, Action? inside = null)
    {
        ThreadState* state = ThreadStates.Enter();
        if (state == null)
        {
            return;
        }

        try
        {
            ProbeRuntime runtime = handle.Runtime;
            long now = MonotonicClock.Now;
            ProbeBlock* block = ThreadStates.Block(state, runtime.Slot);
            if (block == null || Volatile.Read(ref ProbeSlots.Tickets[runtime.Slot]) != runtime.Ticket)
            {
                return;
            }

            block->Hits++;
            block->Passed++;
            inside?.Invoke();
            Write(state, runtime, block, now, fields, change);
        }
        finally
        {
            Volatile.Write(ref state->Guard, ThreadState.Outside);
        }
    }

    /// <summary>One hit of an aggregating probe.</summary>
    /// <param name="handle">The probe.</param>
    /// <param name="add">Is given the cells after the block.</param>
    public static void Aggregate(ProbeHandle handle, CellAction? add = null)
    {
        ThreadState* state = ThreadStates.Enter();
        if (state == null)
        {
            return;
        }

        ProbeBlock* block = ThreadStates.Block(state, handle.Runtime.Slot);
        if (block != null)
        {
            block->Hits++;
            block->Passed++;
            add?.Invoke((byte*)(block + 1));
        }

        Volatile.Write(ref state->Guard, ThreadState.Outside);
    }

    private static void Write(ThreadState* state, ProbeRuntime runtime, ProbeBlock* block, long now, ReadOnlySpan<byte> fields, HeaderChange? change)
    {
        int length = EventRecordHeader.Size + fields.Length;
        if (state->Ring.Memory == null)
        {
            ThreadStates.CreateRing(state);
        }

        byte* record = EventRing.Reserve(&state->Ring, length);
        if (record == null)
        {
            block->Lost++;
            return;
        }

        EventRecordHeader* header = (EventRecordHeader*)record;
        *header = new EventRecordHeader
        {
            Length = length,
            ProbeId = runtime.Id,
            Timestamp = now,
            ThreadId = state->ThreadId,
            Site = -1,
            Edge = ProbeEdge.Call,
        };
        change?.Invoke(header);
        fields.CopyTo(new Span<byte>(record + EventRecordHeader.Size, fields.Length));
        EventRing.Commit(&state->Ring, length);
        block->Emitted++;
    }

    public delegate void HeaderChange(EventRecordHeader* header);

    public delegate void CellAction(byte* cells);
}
