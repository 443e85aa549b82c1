using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>
/// The cells that woven code increments by itself. Public only because woven code lives in other assemblies; not for use by hand.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class WovenCells
{
    /// <summary>The current thread's cells, one per probe slot; null until <see cref="Create"/> ran on the thread.</summary>
    [ThreadStatic]
    public static long* Counts;

    private static nint _shared;

    /// <summary>Makes the current thread's cells.</summary>
    /// <returns>The cells; shared ones, in which concurrent increments may be lost, only where there is no memory for the thread's own.</returns>
    public static long* Create()
    {
        // SAFETY: the cells are as many as there are slots, and are never freed.
        ThreadState* state = ThreadStates.Current();
        return state != null ? state->Counts : Shared();
    }

    /// <summary>The sum of a slot's cells over all threads.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The sum since the process began; probes that had the slot before are in it.</returns>
    internal static long Sum(int slot)
    {
        long sum = _shared == 0 ? 0 : Shared()[slot];
        foreach (nint pointer in ThreadStates.Snapshot())
        {
            // SAFETY: states and their cells are never freed; a stale read is a count from a moment ago.
            sum += Volatile.Read(ref ((ThreadState*)pointer)->Counts[slot]);
        }

        return sum;
    }

    private static long* Shared()
    {
        if (_shared == 0)
        {
            nint made = (nint)NativeMemory.AllocZeroed(ProbeSlots.Capacity, sizeof(long));
            if (Interlocked.CompareExchange(ref _shared, made, 0) != 0)
            {
                NativeMemory.Free((void*)made);
            }
        }

        return (long*)_shared;
    }
}
