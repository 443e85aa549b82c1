namespace Instrumentation;

/// <summary>One bucket of a histogram.</summary>
/// <param name="From">The least value that belongs to it.</param>
/// <param name="To">The least value above it; <see cref="long.MaxValue"/> also stands for no bound.</param>
/// <param name="Count">The values in it.</param>
public readonly record struct HistogramBucket(long From, long To, long Count);

/// <summary>What a histogram's numbers are.</summary>
public enum HistogramUnit
{
    /// <summary>Plain numbers.</summary>
    None,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds,
}
