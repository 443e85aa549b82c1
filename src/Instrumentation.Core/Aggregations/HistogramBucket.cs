namespace Instrumentation;

/// <summary>One bucket of a histogram.</summary>
/// <param name="From">The least value that belongs to it.</param>
/// <param name="To">The least value above it; <see cref="long.MaxValue"/> also stands for no bound.</param>
/// <param name="Count">The values in it.</param>
public readonly record struct HistogramBucket(long From, long To, long Count);
