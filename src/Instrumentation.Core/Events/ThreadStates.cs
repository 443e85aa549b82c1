using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>
/// The states of all threads that ever ran a hook. Finding the current one is neither cold nor locked; how they come and go is in the other part.
/// </summary>
internal static unsafe partial class ThreadStates
{
    private static readonly Lock Gate = new();
    private static readonly List<nint> Everyone = [];
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
        if (state == null || state->Guard != 0)
        {
            return EnterFirst(state);
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

    // Out of the hooks' way: a thread's first hook, and those that must not run.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadState* EnterFirst(ThreadState* state)
    {
        // SAFETY: as in Enter.
        if (state != null)
        {
            return null;
        }

        state = Create();
        if (state != null)
        {
            Volatile.Write(ref state->Guard, ThreadState.InHook);
        }

        return state;
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
