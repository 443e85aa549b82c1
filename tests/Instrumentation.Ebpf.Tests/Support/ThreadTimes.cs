using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>The processor time of threads.</summary>
internal static partial class ThreadTimes
{
    private const int ThreadClock = 3;

    /// <summary>How long the calling thread has run.</summary>
    public static TimeSpan OfThisThread()
    {
        long[] time = new long[2];
        Assert.Equal(0, ClockGetTime(ThreadClock, time));
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / 100);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, Span<long> time);
}
