using System.Runtime.InteropServices;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>The last time that a thread had to wait for a lock; the same fields as instr_contention_t in native/profiler/profiler.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeContention
{
    /// <summary>When the wait began, in nanoseconds; 0 if none has been seen.</summary>
    public long Start;

    /// <summary>The innermost span that the thread with the lock worked for then; 0 for none.</summary>
    public long OwnerSpan;

    /// <summary>The operating system's id of the thread that had the lock; 0 if unknown.</summary>
    public int Owner;

    /// <summary>Nothing.</summary>
    public int Reserved;
}
