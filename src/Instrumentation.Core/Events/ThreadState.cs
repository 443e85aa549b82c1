using System.Runtime.InteropServices;
using Instrumentation.Spans;

namespace Instrumentation.Events;

/// <summary>
/// All that the hooks keep for one thread, in native memory: the guard, the ring, and a block per probe. When its thread ends it is drained
/// and then given to the next new thread; its counters are never reset, so that sums over all states stay right.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ThreadState
{
    // SAFETY: the pointers are set before a state is published and never freed while it is.
    /// <summary><see cref="Guard"/> outside of hooks and of the library's own code.</summary>
    public const int Outside = 0;

    /// <summary><see cref="Guard"/> inside a hook: a record with an earlier time than now may still come.</summary>
    public const int InHook = 1;

    /// <summary><see cref="Guard"/> inside the library's own code: nothing will come until it is left.</summary>
    public const int InLibrary = 2;

    /// <summary>Not 0 while the thread is inside a hook or the library's own code: hooks then return at once. Also tells the pump whether a record with an earlier time may still come.</summary>
    public int Guard;

    /// <summary>The operating system's id of the thread that owns the state now.</summary>
    public int ThreadId;

    /// <summary>By slot: the blocks of the probes that this thread has hit; <see cref="ProbeSlots.Capacity"/> entries, null where there was no hit yet.</summary>
    public ProbeBlock** Blocks;

    /// <summary>By slot: hits that woven code counts by itself, without a hook; <see cref="ProbeSlots.Capacity"/> cells, never reset.</summary>
    public long* Counts;

    /// <summary>Which span the thread is working for. In the first cache line with what every hook uses.</summary>
    public ThreadContext* Context;

    /// <summary>The ring of the thread's records.</summary>
    public EventRing Ring;

    /// <summary>The context of a thread that found no place among those that the kernel sees; null until one was needed.</summary>
    public ThreadContext* OwnContext;

    /// <summary>The synchronous spans that are open on the thread, and the asynchronous ones that are being begun.</summary>
    public SpanFrames Frames;

    /// <summary>The next number of a span, less its site; taken by <see cref="SpanId.Take"/>.</summary>
    public long NextSpan;

    /// <summary>Where the taken numbers end.</summary>
    public long SpansEnd;

    /// <summary>The thread's totals when it began to work for its present flow, and the <see cref="ThreadContexts.Epoch"/> in which that was.</summary>
    public SpanTotals SliceStart;

    /// <inheritdoc cref="SliceStart"/>
    public int SliceEpoch;

    /// <summary>What <see cref="ThreadContext.Owner"/> is, kept where it outlives an exchange of the contexts' memory.</summary>
    public long Owner;

    /// <summary>Not 0 when the thread has ended and the state waits to be drained.</summary>
    public int Ended;
}
