using System.Runtime.InteropServices;

namespace Instrumentation.Benchmarks.Interop;

/// <summary>The time that the current thread has used on a processor: what other threads of a busy machine take is not in it.</summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadTime = 3;

    /// <summary>The time so far, in nanoseconds.</summary>
    public static long Now
    {
        get
        {
            long* time = stackalloc long[2];

            // SAFETY: a struct timespec is two 64-bit numbers, seconds and nanoseconds.
            return GetTime(ThreadTime, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : throw new InvalidOperationException("The thread's clock cannot be read.");
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);
}
