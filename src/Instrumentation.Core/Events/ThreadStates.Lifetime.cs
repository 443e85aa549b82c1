using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Spans;

namespace Instrumentation.Events;

/// <content>How states are made, found to be orphaned, and given to other threads: cold, and under a lock.</content>
internal static unsafe partial class ThreadStates
{
    private static readonly List<WeakReference<Thread>?> Owners = [];
    private static readonly List<nint> Free = [];
    private static int _searchAt = 64;

    [ThreadStatic]
    private static Func<int>? _identifiedBy;

    /// <summary>Sets <see cref="ThreadState.Ended"/> on the states of threads that have ended since the last call.</summary>
    public static void FindEnded()
    {
        lock (Gate)
        {
            for (int i = 0; i < Everyone.Count; i++)
            {
                if (Owners[i] is { } owner && !(owner.TryGetTarget(out Thread? thread) && thread.IsAlive))
                {
                    // SAFETY: a state is never freed.
                    Owners[i] = null;
                    Volatile.Write(ref ((ThreadState*)Everyone[i])->Ended, 1);
                }
            }
        }
    }

    /// <summary>
    /// Gives the state of an ended thread, once it is drained, to the next new thread; does nothing to others. To be called by the thread that
    /// drains the rings: a ring of another size than <see cref="RingBytes"/> is given back.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <returns>False when the thread has not ended, or records are left in its ring.</returns>
    public static bool Recycle(ThreadState* state)
    {
        lock (Gate)
        {
            if (state->Ended == 0 || state->Ring.Head != state->Ring.Tail)
            {
                return false;
            }

            if (state->Ring.Memory != null && state->Ring.Mask + 1 != RingBytes)
            {
                // SAFETY: the owner has ended and the caller is the only reader.
                NativeMemory.AlignedFree(state->Ring.Memory);
                state->Ring = default;
                state->Ring.Mask = -1;
            }

            return RecycleLocked(state);
        }
    }

    /// <summary>Gives the current thread's state the operating system's id, if it was made before a backend was there to ask for it: programs in the kernel find its context by that.</summary>
    /// <param name="state">The current thread's state.</param>
    public static void Identify(ThreadState* state)
    {
        if (_identifiedBy == ThreadIdSource)
        {
            return;
        }

        // SAFETY: a state is never freed, and only its own thread uses its context.
        _identifiedBy = ThreadIdSource;
        if (_identifiedBy() is var threadId && threadId != state->ThreadId)
        {
            lock (Gate)
            {
                ThreadContexts.Release(state);
                state->ThreadId = threadId;
                ThreadContexts.Assign(state);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadState* Create()
    {
        if (_creating)
        {
            return null;
        }

        _creating = true;
        ThreadState* state = null;
        try
        {
            WeakReference<Thread> owner = new(Thread.CurrentThread);
            int threadId = ThreadIdSource();
            lock (Gate)
            {
                state = TakeFree();
                if (state == null && Everyone.Count >= _searchAt)
                {
                    RecycleEnded();
                    state = TakeFree();
                }

                if (state != null)
                {
                    Owners[Everyone.IndexOf((nint)state)] = owner;
                }
                else
                {
                    state = Allocate();
                    Everyone.Add((nint)state);
                    Owners.Add(owner);
                    Volatile.Write(ref _version, _version + 1);
                }

                state->ThreadId = threadId;
                ThreadContexts.Assign(state);
            }

            WovenCells.Counts = state->Counts;
            _current = state;
        }
        catch (OutOfMemoryException)
        {
            // The host goes on without this thread's events; the next hit tries again.
            state = null;
        }
        finally
        {
            _creating = false;
        }

        return state;
    }

    private static ThreadState* TakeFree()
    {
        for (int i = Free.Count - 1; i >= 0; i--)
        {
            // SAFETY: a state is never freed. Only the reader may free a ring, so one of another size than is wanted now stays where it is.
            ThreadState* state = (ThreadState*)Free[i];
            if (state->Ring.Memory == null || state->Ring.Mask + 1 == RingBytes)
            {
                Free.RemoveAt(i);
                return state;
            }
        }

        return null;
    }

    private static ThreadState* Allocate()
    {
        // SAFETY: zeroed memory of the right sizes; a ring without memory has the mask -1 and refuses every record. Whole cache lines, so
        // that threads do not share them.
        const nuint CacheLine = 64;
        nuint bytes = ((nuint)sizeof(ThreadState) + CacheLine - 1) / CacheLine * CacheLine;
        ThreadState* state = (ThreadState*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(state, bytes);
        state->Blocks = (ProbeBlock**)NativeMemory.AllocZeroed(ProbeSlots.Capacity, (nuint)sizeof(ProbeBlock*));
        state->Counts = (long*)NativeMemory.AllocZeroed(ProbeSlots.Capacity, sizeof(long));
        state->Ring.Mask = -1;
        return state;
    }

    // Bounds the memory of many short threads while no pump runs: the search comes when the number of states has doubled.
    private static void RecycleEnded()
    {
        // SAFETY: a state is never freed.
        FindEnded();
        int inUse = 0;
        foreach (nint pointer in Everyone)
        {
            ThreadState* state = (ThreadState*)pointer;
            RecycleLocked(state);
            inUse += state->ThreadId != 0 ? 1 : 0;
        }

        _searchAt = Math.Max(64, inUse * 2);
    }

    private static bool RecycleLocked(ThreadState* state)
    {
        // SAFETY: a state is never freed; when Ended is set its owner writes no more.
        if (state->Ended == 0 || Volatile.Read(ref state->Ring.Head) != Volatile.Read(ref state->Ring.Tail))
        {
            return false;
        }

        for (int slot = 0; slot < ProbeSlots.Capacity; slot++)
        {
            ProbeBlock* block = state->Blocks[slot];
            if (block != null)
            {
                block->LostByEarlierThreads = block->Lost;
            }
        }

        ThreadContexts.Release(state);
        state->Frames.Clear();
        state->ThreadId = 0;
        state->Guard = ThreadState.Outside;
        Volatile.Write(ref state->Ended, 0);
        Free.Add((nint)state);
        return true;
    }
}
