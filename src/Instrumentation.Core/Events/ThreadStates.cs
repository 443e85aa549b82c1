using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>The states of all threads that ever ran a hook. Adding and recycling are cold and locked; finding the current one is neither.</summary>
internal static unsafe class ThreadStates
{
    private static readonly Lock Gate = new();
    private static readonly List<nint> Everyone = [];
    private static readonly List<WeakReference<Thread>?> Owners = [];
    private static readonly List<nint> Free = [];
    private static int _searchAt = 64;
    private static int _version;

    [ThreadStatic]
    private static ThreadState* _current;

    [ThreadStatic]
    private static bool _creating;

    /// <summary>Grows with every state that is made: a <see cref="Snapshot"/> holds as long as this does not change.</summary>
    public static int Version => Volatile.Read(ref _version);

    /// <summary>Bytes of a new thread's ring: a power of two. Memory is committed as it is used.</summary>
    public static int RingBytes { get; set; } = 256 * 1024;

    /// <summary>Gives the operating system's id of the current thread; a backend sets it, since this project makes no system calls.</summary>
    public static Func<int> ThreadIdSource { get; set; } = static () => Environment.CurrentManagedThreadId;

    /// <summary>Enters a hook on the current thread.</summary>
    /// <returns>The thread's state with its guard set, to be cleared by the caller; null when the thread is inside the library already.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadState* Enter()
    {
        // SAFETY: a state is never freed, and only its own thread writes the guard.
        ThreadState* state = _current;
        if (state == null)
        {
            state = Create();
        }

        if (state == null || state->Guard != 0)
        {
            return null;
        }

        Volatile.Write(ref state->Guard, ThreadState.InHook);
        return state;
    }

    /// <summary>Makes the current thread one of the library's own: no hook runs on it until the result is disposed.</summary>
    /// <returns>What ends the guard; to be disposed on the same thread.</returns>
    public static GuardScope Guard() => new();

    /// <summary>The block of a probe on the current thread.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="slot">The probe's slot.</param>
    /// <returns>The block; null when the slot has no probe any more, or there is no memory for a block.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProbeBlock* Block(ThreadState* state, int slot)
    {
        // SAFETY: Blocks has ProbeSlots.Capacity entries and slots are below that.
        ProbeBlock* block = state->Blocks[slot];
        return block != null ? block : CreateBlock(state, slot);
    }

    /// <summary>The current thread's state, whether or not it is in a hook.</summary>
    /// <returns>The state; null while it is being made, or when there is no memory for it.</returns>
    public static ThreadState* Current()
    {
        ThreadState* state = _current;
        return state != null ? state : Create();
    }

    /// <summary>The states of all threads, ended ones that wait to be drained included.</summary>
    /// <returns>Pointers to <see cref="ThreadState"/>.</returns>
    public static nint[] Snapshot()
    {
        lock (Gate)
        {
            return [.. Everyone];
        }
    }

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

    /// <summary>Waits shortly until every thread was seen outside of its hooks once, so that no hook holds what it found before the call.</summary>
    /// <returns>False when a thread stays in a hook.</returns>
    public static bool AllLeftTheirHooks()
    {
        SpinWait wait = default;
        foreach (nint pointer in Snapshot())
        {
            // SAFETY: a state is never freed.
            ThreadState* state = (ThreadState*)pointer;
            while (Volatile.Read(ref state->Guard) == ThreadState.InHook && Volatile.Read(ref state->Ended) == 0)
            {
                if (wait.Count > 100)
                {
                    return false;
                }

                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        return true;
    }

    /// <summary>Makes the ring's memory on a thread's first record. Without memory for it the ring stays as it is and refuses every record.</summary>
    /// <param name="state">The current thread's state.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CreateRing(ThreadState* state)
    {
        int bytes = RingBytes;
        byte* memory;
        try
        {
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        }
        catch (OutOfMemoryException)
        {
            return;
        }

        // SAFETY: the memory is RingBytes long, which is the mask plus one.
        state->Ring.Mask = bytes - 1;
        Volatile.Write(ref *(nint*)&state->Ring.Memory, (nint)memory);
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

        state->ThreadId = 0;
        state->Guard = ThreadState.Outside;
        Volatile.Write(ref state->Ended, 0);
        Free.Add((nint)state);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ProbeBlock* CreateBlock(ThreadState* state, int slot)
    {
        ProbeRuntime? runtime = ProbeSlots.Find(slot);
        if (runtime is null)
        {
            return null;
        }

        ProbeBlock* block;
        try
        {
            block = (ProbeBlock*)NativeMemory.AllocZeroed((nuint)(sizeof(ProbeBlock) + runtime.BlockDataBytes));
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        // SAFETY: zeroed memory for the header and the cells; the pointer is published after the header is complete.
        block->ProbeId = runtime.Id;
        block->DataBytes = runtime.BlockDataBytes;
        Volatile.Write(ref *(nint*)&state->Blocks[slot], (nint)block);
        return block;
    }

    /// <summary>Ends the guard of the library's own code.</summary>
    internal readonly ref struct GuardScope
    {
        private readonly ThreadState* _state;

        /// <summary>Sets the guard unless it is set already.</summary>
        public GuardScope()
        {
            _state = Enter();
            if (_state != null)
            {
                // SAFETY: a state is never freed, and only its own thread writes the guard.
                Volatile.Write(ref _state->Guard, ThreadState.InLibrary);
            }
        }

        /// <summary>Clears the guard if this scope set it.</summary>
        public void Dispose()
        {
            if (_state != null)
            {
                // SAFETY: a state is never freed; the scope cannot leave its thread's stack.
                Volatile.Write(ref _state->Guard, ThreadState.Outside);
            }
        }
    }
}
