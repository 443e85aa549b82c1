using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Profiler.Interop;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Locks;

/// <summary>
/// What is woven into the slow ways of <see cref="System.Threading.Monitor"/> and <see cref="System.Threading.Lock"/>, which are gone only when the fast ones have failed. Whether a thread then really
/// waited, and for whom, the runtime has told the profiler meanwhile on the same thread. Nothing here throws.
/// </summary>
internal static unsafe class LockHooks
{
    private static NativeProfiler? _native;

    /// <summary>Gives the hooks the profiler.</summary>
    /// <param name="native">The profiler.</param>
    public static void Use(NativeProfiler native) => _native = native;

    /// <summary>Before a slow way.</summary>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>The time in nanoseconds; 0 when nobody watches.</returns>
    public static long Begin(int ticket, int site) => IsOpen(ticket) ? HookClock.Now : 0;

    /// <summary>After Monitor's way that ends with the lock.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="exception">What ended it, or null.</param>
    /// <param name="start">What <see cref="Begin"/> gave.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void EndMonitor(object target, object? exception, long start, int ticket, int site) => End(LockKind.Monitor, target, exception is null, exception, start, ticket);

    /// <summary>After Monitor's way with a timeout.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="taken">Whether it was got.</param>
    /// <param name="exception">What ended it, or null.</param>
    /// <param name="start">What <see cref="Begin"/> gave.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void EndTryMonitor(object target, bool taken, object? exception, long start, int ticket, int site) => End(LockKind.Monitor, target, exception is null && taken, exception, start, ticket);

    /// <summary>After Lock's way, with or without a timeout.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="thread">The result: a number of the current thread when the lock was got, else 0.</param>
    /// <param name="exception">What ended it, or null.</param>
    /// <param name="start">What <see cref="Begin"/> gave.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void EndLock(object target, ref byte thread, object? exception, long start, int ticket, int site) =>
        End(LockKind.Lock, target, exception is null && Unsafe.ReadUnaligned<uint>(ref thread) != 0, exception, start, ticket);

    /// <summary>Whether hooks with a ticket report.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>True when they do.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOpen(int ticket)
    {
        // SAFETY: there are Capacity tickets, a power of two.
        return Volatile.Read(ref ProbeSlots.Tickets[ticket & (ProbeSlots.Capacity - 1)]) == ticket;
    }

    private static void End(LockKind kind, object target, bool taken, object? exception, long start, int ticket)
    {
        ThreadState* state;
        if (start == 0 || !IsOpen(ticket) || (state = ThreadStates.Current()) == null || state->Guard != 0)
        {
            return;
        }

        // SAFETY: the state belongs to the current thread; the native side fills in the struct.
        NativeContention contention;
        _native!.LastContention(&contention);
        if (contention.Start < start || (contention.Owner != 0 && contention.Owner == EventPump.ThreadId))
        {
            return;
        }

        Volatile.Write(ref state->Guard, ThreadState.InLibrary);
        LockObject? known = LockWatch.Known(target);
        Volatile.Write(ref state->Guard, ThreadState.Outside);
        if (known is not null)
        {
            LockReports.Send(kind, known, (contention.Owner, contention.OwnerSpan), start, taken, exception);
        }
    }
}
