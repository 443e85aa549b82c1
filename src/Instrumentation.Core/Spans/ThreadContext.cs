using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Spans;

/// <summary>
/// What a thread tells programs in the kernel: which span and which activity it is working for. Written by the thread alone and read by programs that run on it; from <see cref="SwitchedOutAt"/> on
/// written by such programs alone.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct ThreadContext
{
    /// <summary>The bytes of a context.</summary>
    public const int Bytes = 256;

    /// <summary>The operating system's id of the thread; 0 while the place is free.</summary>
    [FieldOffset(0)]
    public int ThreadId;

    /// <summary>The span whose flow of execution runs on the thread: the innermost asynchronous one; 0 for none.</summary>
    [FieldOffset(8)]
    public long Flow;

    /// <summary>The innermost synchronous span of the thread; 0 for none.</summary>
    [FieldOffset(16)]
    public long Sync;

    /// <summary>What <see cref="Flow"/> was when <see cref="Sync"/> began: it is hidden while the thread works for another flow.</summary>
    [FieldOffset(24)]
    public long SyncFlow;

    /// <summary>The activity that the thread works for.</summary>
    [FieldOffset(32)]
    public ActivityIds Activity;

    /// <summary>Who wants to know what the thread does, apart from all spans: the number of the recorders that its flow belongs to; 0 for nobody. See <see cref="ThreadContexts.SetOwner"/>.</summary>
    [FieldOffset(56)]
    public long Owner;

    /// <summary>When the thread last left its processor; nanoseconds.</summary>
    [FieldOffset(64)]
    public long SwitchedOutAt;

    /// <summary>When the thread was last woken; nanoseconds, 0 once it has run.</summary>
    [FieldOffset(72)]
    public long WokenAt;

    /// <summary>The number of the system call that the thread is in, plus 1; 0 for none.</summary>
    [FieldOffset(80)]
    public long Syscall;

    /// <summary>When that call began; nanoseconds.</summary>
    [FieldOffset(88)]
    public long SyscallAt;

    /// <summary>The thread's state when it left its processor.</summary>
    [FieldOffset(96)]
    public long OffState;

    /// <summary>All that was counted for the thread; only grows.</summary>
    [FieldOffset(112)]
    public SpanTotals Totals;

    /// <summary>The span that the thread is working for.</summary>
    /// <param name="context">The thread's context.</param>
    /// <returns>The span's number; 0 for none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe long Innermost(ThreadContext* context)
    {
        // SAFETY: contexts are never freed.
        long sync = context->Sync;
        long flow = context->Flow;
        return sync != 0 && context->SyncFlow == flow ? sync : flow;
    }
}

/// <summary>The ids of an activity, as W3C has them on the wire.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ActivityIds
{
    /// <summary>The bytes of the ids.</summary>
    public const int Bytes = 24;

    /// <summary>The first half of the trace's id.</summary>
    public ulong TraceHigh;

    /// <summary>The second half of the trace's id.</summary>
    public ulong TraceLow;

    /// <summary>The id of the activity in its trace; 0 for no activity.</summary>
    public ulong Span;
}
