namespace Instrumentation.Expressions;

/// <summary>Durations in expressions: a long of nanoseconds, not <see cref="TimeSpan"/>'s units of 100 ns.</summary>
internal static class Durations
{
    /// <summary>Nanoseconds in a tick of <see cref="TimeSpan"/>.</summary>
    public const long NanosecondsPerTick = 100;

    /// <summary>The nanoseconds of a number of ticks. What lies beyond 292 years becomes the greatest or least duration: <see cref="TimeSpan.MaxValue"/> stays longer than any other.</summary>
    /// <param name="ticks">Units of 100 ns.</param>
    /// <returns>The nanoseconds.</returns>
    public static long FromTicks(long ticks) => ticks switch
    {
        > long.MaxValue / NanosecondsPerTick => long.MaxValue,
        < long.MinValue / NanosecondsPerTick => long.MinValue,
        _ => ticks * NanosecondsPerTick,
    };

    /// <summary>The nanoseconds of a duration.</summary>
    /// <param name="duration">The duration.</param>
    /// <returns>The nanoseconds.</returns>
    public static long Of(TimeSpan duration) => FromTicks(duration.Ticks);
}
