using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Managed.Hooks;
using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Locks;

/// <summary>
/// What is woven into <see cref="System.Threading.SemaphoreSlim"/> and <see cref="System.Threading.ReaderWriterLockSlim"/>, which do not know who holds them: takes and releases are noted, and waits are noted where they
/// begin, which uncontended calls never reach. Nothing here throws.
/// </summary>
internal static unsafe class HolderHooks
{
    [ThreadStatic]
    private static CurrentWait _current;

    /// <summary>Before an attempt to take a semaphore.</summary>
    /// <param name="target">The semaphore.</param>
    /// <param name="timeout">For how long it may wait; milliseconds, 0 for not at all.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void BeginSemaphore(object target, long timeout, int ticket, int site)
    {
        if (CountOf(Unsafe.As<SemaphoreSlim>(target)) == 0 && timeout != 0)
        {
            BeginWait(target, ticket, site);
        }
    }

    /// <summary>Where a thread has found a lock taken. That can be several times until it gets it: the first counts. The thread may hold the inner lock of the lock, so nothing is allocated here.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void BeginWait(object target, int ticket, int site)
    {
        ThreadState* state = Enter(ticket);
        if (state == null)
        {
            return;
        }

        if (_current.Target != target || _current.Ticket != ticket)
        {
            _current = new CurrentWait { Target = target, Ticket = ticket, Start = HookClock.Now, Owner = LockObjects.Find(target)?.Owner() ?? default };
        }

        Leave(state);
    }

    /// <summary>After an attempt to take the lock.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="taken">Whether it was got.</param>
    /// <param name="exception">What ended it, or null.</param>
    /// <param name="start">Nothing.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void EndWait(object target, bool taken, object? exception, long start, int ticket, int site)
    {
        CurrentWait wait = default;
        if (_current.Target == target)
        {
            wait = _current;
            _current = default;
        }

        bool waited = wait.Target is not null && wait.Ticket == ticket;
        bool got = taken && exception is null;
        ThreadState* state;
        if ((!waited && !got) || (state = Enter(ticket)) == null)
        {
            return;
        }

        LockObject? known = LockWatch.Known(target);
        if (got)
        {
            known?.Take(state->ThreadId, SpanRuntime.Innermost(state));
        }

        Leave(state);
        if (waited && known is not null)
        {
            LockReports.Send(target is SemaphoreSlim ? LockKind.Semaphore : LockKind.ReaderWriter, known, wait.Owner, wait.Start, got, exception);
        }
    }

    /// <summary>Before an asynchronous attempt to take a semaphore.</summary>
    /// <param name="target">The semaphore.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>The time in nanoseconds when the semaphore is taken; 0 when it is free, or nobody watches.</returns>
    public static long BeginWaitAsync(object target, int ticket, int site) => CountOf(Unsafe.As<SemaphoreSlim>(target)) == 0 ? LockHooks.Begin(ticket, site) : 0;

    /// <summary>After an asynchronous attempt to take a semaphore.</summary>
    /// <param name="target">The semaphore.</param>
    /// <param name="result">The task, with whether it was got.</param>
    /// <param name="exception">What the call has thrown, or null.</param>
    /// <param name="start">What <see cref="BeginWaitAsync"/> gave.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void EndWaitAsync(object target, object? result, object? exception, long start, int ticket, int site)
    {
        ThreadState* state;
        if (exception is not null || result is not Task<bool> task || (state = Enter(ticket)) == null)
        {
            return;
        }

        PendingCall? call = null;
        if (task.IsCompleted)
        {
            if (task is { IsCompletedSuccessfully: true, Result: true })
            {
                LockWatch.Known(target)?.Take(state->ThreadId, SpanRuntime.Innermost(state));
            }
        }
        else if (!Monitor.IsEntered(LockOf(Unsafe.As<SemaphoreSlim>(target))))
        {
            // Else a thread waits behind flows that wait: what it has called ends that wait.
            (int thread, long span) = LockObjects.Find(target)?.Owner() ?? default;
            call = PendingCall.Rent((nint)(delegate*<PendingCall, void>)&EndOfTask, start != 0 ? start : HookClock.Now, ticket, site, 0);
            call.SetObject(0, target);
            call.SetLong(0, thread);
            call.SetLong(1, span);
            call.SetLong(2, state->ThreadId);
            call.SetLong(3, SpanRuntime.Innermost(state));
        }

        Leave(state);
        call?.Follow(task);
    }

    /// <summary>Before a lock is given back.</summary>
    /// <param name="target">The lock.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    public static void Release(object target, int ticket, int site)
    {
        ThreadState* state = Enter(ticket);
        if (state != null)
        {
            LockObjects.Find(target)?.Release(state->ThreadId, SpanRuntime.Innermost(state), byAnyone: target is SemaphoreSlim);
            Leave(state);
        }
    }

    /// <summary>Reads what the hooks read of a semaphore, to see that this runtime has it.</summary>
    /// <returns>False when it has not.</returns>
    public static bool Works()
    {
        try
        {
            using SemaphoreSlim semaphore = new(1);
            return CountOf(semaphore) == 1 && !Monitor.IsEntered(LockOf(semaphore));
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    // On the thread that completes the task, which gives the semaphore back: the event is of the thread and span that began to wait.
    private static void EndOfTask(PendingCall call)
    {
        ThreadState* state = Enter(call.Ticket);
        if (state == null)
        {
            return;
        }

        bool taken = call.GetTask() is Task<bool> { IsCompletedSuccessfully: true, Result: true };
        long span = call.GetLong(3);
        LockObject? known = call.GetObject(0) is { } target ? LockWatch.Known(target) : null;
        object? failure = HookRuntime.FailureOf(call.GetTask());
        if (taken)
        {
            known?.Take(LockObject.Flow, span);
        }

        // SAFETY: the state belongs to the current thread, and the context that stands in for its own is in this frame; both are put back.
        ThreadContext waiter = new() { Flow = span };
        ThreadContext* context = state->Context;
        int thread = state->ThreadId;
        state->Context = &waiter;
        state->ThreadId = (int)call.GetLong(2);
        Leave(state);
        if (known is not null)
        {
            LockReports.Send(LockKind.Semaphore, known, ((int)call.GetLong(0), call.GetLong(1)), call.Start, taken, failure);
        }

        state->Context = context;
        state->ThreadId = thread;
    }

    // What is called until Leave is no doing of the program.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ThreadState* Enter(int ticket)
    {
        // SAFETY: a state is never freed, and only its own thread writes the guard.
        ThreadState* state = LockHooks.IsOpen(ticket) ? ThreadStates.Current() : null;
        if (state == null || state->Guard != ThreadState.Outside)
        {
            return null;
        }

        Volatile.Write(ref state->Guard, ThreadState.InLibrary);
        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Leave(ThreadState* state) => Volatile.Write(ref state->Guard, ThreadState.Outside);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_lockObjAndDisposed")]
    private static extern ref StrongBox<bool> LockOf(SemaphoreSlim semaphore);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_currentCount")]
    private static extern ref int CountOf(SemaphoreSlim semaphore);

    private struct CurrentWait
    {
        public object? Target;
        public int Ticket;
        public long Start;
        public (int Thread, long Span) Owner;
    }
}
