using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>A walk over the stacks of all threads; the same fields as instr_walk_t in native/profiler/profiler.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeWalk
{
    /// <summary>In: room for so many frames.</summary>
    public uint Capacity;

    /// <summary>Out: frames that were filled in.</summary>
    public uint Count;

    /// <summary>Out: threads that were walked.</summary>
    public uint Threads;

    /// <summary>Out: threads that were not, or not to the end.</summary>
    public uint ThreadsMissed;

    /// <summary>In: nanoseconds for which the threads may stand still.</summary>
    public long LimitNanoseconds;

    /// <summary>Out: nanoseconds for which they stood still.</summary>
    public long PausedNanoseconds;
}
