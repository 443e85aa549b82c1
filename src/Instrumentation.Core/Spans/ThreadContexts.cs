using System.Runtime.InteropServices;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Spans;

/// <summary>
/// The contexts of all threads, in one block of memory that a backend may exchange for memory it shares with the kernel, at the same addresses. A thread's context is found by
/// its id: at the place that the id gives, or one of the next ones.
/// </summary>
internal static unsafe class ThreadContexts
{
    /// <summary>The places: threads beyond them, and those that find theirs taken, have a context that the kernel does not see.</summary>
    public const int Capacity = 8192;

    /// <summary>How many places, from the one that its id gives, a thread can have.</summary>
    public const int Places = 4;

    // More than any page of the machines that this runs on.
    private const nuint Alignment = 65536;

    private static readonly Lock Gate = new();
    private static readonly nint[] Owners = new nint[Capacity];
    private static ThreadContext* _memory;
    private static int _epoch;
    private static int _lastEpoch;
    private static int _unseen;

    /// <summary>The contexts: <see cref="Capacity"/> of them, aligned to pages and to be mapped over.</summary>
    public static ThreadContext* Memory
    {
        get
        {
            lock (Gate)
            {
                return Allocate();
            }
        }
    }

    /// <summary>Not 0 while programs in the kernel count what they do for threads; another number each time that this begins.</summary>
    public static int Epoch => Volatile.Read(ref _epoch);

    /// <summary>Threads that found no place: what the kernel does for them is not attributed.</summary>
    public static int Unseen => Volatile.Read(ref _unseen);

    /// <summary>Gives the thread of a state its context.</summary>
    /// <param name="state">The state of the current thread, its id set.</param>
    public static void Assign(ThreadState* state)
    {
        // SAFETY: contexts are never freed. The lock makes one owner of each place.
        lock (Gate)
        {
            if (Find(state->ThreadId) is var place and >= 0)
            {
                Owners[place] = (nint)state;
                state->Context = Allocate() + place;
            }
            else
            {
                _unseen++;
                if (state->OwnContext == null)
                {
                    state->OwnContext = (ThreadContext*)NativeMemory.AllocZeroed((nuint)sizeof(ThreadContext));
                }

                state->Context = state->OwnContext;
            }

            *state->Context = default;
            state->Owner = 0;
            state->Context->ThreadId = state->ThreadId;
        }
    }

    /// <summary>Takes the context from a state whose thread has ended.</summary>
    /// <param name="state">The state.</param>
    public static void Release(ThreadState* state)
    {
        lock (Gate)
        {
            // A new thread of the same id may have the place already.
            long place = state->Context - _memory;
            if (state->Context == state->OwnContext)
            {
                _unseen -= state->Context == null ? 0 : 1;
            }
            else if (Owners[place] == (nint)state)
            {
                Owners[place] = 0;
                *state->Context = default;
            }

            state->Owner = 0;
            state->Context = null;
        }
    }

    /// <summary>Says who wants to know what the current thread does.</summary>
    /// <param name="owner">The number; 0 for nobody.</param>
    /// <returns>What it was before.</returns>
    public static long SetOwner(long owner)
    {
        ThreadState* state = ThreadStates.Current();
        if (state == null)
        {
            return 0;
        }

        // SAFETY: a state and its context are never freed. In this order, so that Republish misses no change.
        ThreadStates.Identify(state);
        long before = state->Owner;
        Volatile.Write(ref state->Owner, owner);
        Volatile.Write(ref state->Context->Owner, owner);
        return before;
    }

    /// <summary>The threads whose owner is one of some numbers.</summary>
    /// <param name="owners">Whether a number is one of them.</param>
    /// <returns>The operating system's ids of the threads.</returns>
    public static IReadOnlyList<int> ThreadsOf(Func<long, bool> owners)
    {
        List<int> threads = [];
        lock (Gate)
        {
            foreach (nint owner in Owners)
            {
                // SAFETY: as in Republish.
                ThreadState* state = (ThreadState*)owner;
                if (state != null && Volatile.Read(ref state->Owner) is var number and not 0 && owners(number))
                {
                    threads.Add(state->ThreadId);
                }
            }
        }

        return threads;
    }

    /// <summary>
    /// Says anew which thread each context is of and who owns what it does, after the memory was exchanged. The spans that threads were working for are known again when they change.
    /// </summary>
    public static void Republish()
    {
        lock (Gate)
        {
            for (int place = 0; place < Capacity; place++)
            {
                if (Owners[place] != 0)
                {
                    ThreadState* state = (ThreadState*)Owners[place];
                    (Allocate() + place)->ThreadId = state->ThreadId;
                    RepublishOwner(state, Allocate() + place);
                }
            }
        }
    }

    /// <summary>Tells that programs count from now on, or no more.</summary>
    /// <param name="counts">Whether they do.</param>
    public static void SetAccounting(bool counts)
    {
        lock (Gate)
        {
            Volatile.Write(ref _epoch, counts ? ++_lastEpoch : 0);
        }
    }

    // The thread may change its owner meanwhile. It writes its state first: once the state is found unchanged after the write here, any later change comes with a write of the thread's own.
    private static void RepublishOwner(ThreadState* state, ThreadContext* context)
    {
        long owner;
        do
        {
            owner = Volatile.Read(ref state->Owner);
            Interlocked.Exchange(ref context->Owner, owner);
        }
        while (Volatile.Read(ref state->Owner) != owner);
    }

    private static int Find(int threadId)
    {
        int free = -1;
        for (int i = 0; i < Places; i++)
        {
            int place = (threadId + i) & (Capacity - 1);
            if (Owners[place] == 0)
            {
                free = free < 0 ? place : free;
            }
            else if (((ThreadState*)Owners[place])->ThreadId == threadId)
            {
                return place;
            }
        }

        return free;
    }

    private static ThreadContext* Allocate()
    {
        if (_memory == null)
        {
            // Zeroed memory of this size is committed page by page, as it is used; it is never freed.
            nint block = (nint)NativeMemory.AllocZeroed((Capacity * (nuint)sizeof(ThreadContext)) + Alignment);
            _memory = (ThreadContext*)((block + (nint)Alignment - 1) & ~((nint)Alignment - 1));
        }

        return _memory;
    }
}
