using System.Runtime.CompilerServices;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// The clock of hooks: the same CLOCK_MONOTONIC as everywhere, read by native code that nobody can probe, so that a hook may read it before it
/// has looked at its thread's guard.
/// </summary>
internal static unsafe class HookClock
{
    // SAFETY: the native profiler is never unloaded. Read-only, so that compiled hooks hold the address itself.
    private static readonly delegate* unmanaged[SuppressGCTransition]<long> Source = RuntimeProfiler.Attach().Native.Clock;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public static long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Source();
    }
}
