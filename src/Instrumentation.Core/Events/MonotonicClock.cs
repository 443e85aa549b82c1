using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Events;

/// <summary>The one clock of all records: CLOCK_MONOTONIC, which kernel records carry, too.</summary>
internal static class MonotonicClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly long Frequency = Stopwatch.Frequency;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public static long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            long ticks = Stopwatch.GetTimestamp();
            return Frequency == NanosecondsPerSecond ? ticks : ToNanoseconds(ticks);
        }
    }

    /// <summary>The time of a timestamp of <see cref="Stopwatch"/>, which has the same clock.</summary>
    /// <param name="timestamp">What <see cref="Stopwatch.GetTimestamp"/> gave.</param>
    /// <returns>Nanoseconds.</returns>
    public static long Of(long timestamp) => Frequency == NanosecondsPerSecond ? timestamp : ToNanoseconds(timestamp);

    private static long ToNanoseconds(long ticks)
    {
        (long seconds, long rest) = Math.DivRem(ticks, Frequency);
        return (seconds * NanosecondsPerSecond) + (rest * NanosecondsPerSecond / Frequency);
    }
}
