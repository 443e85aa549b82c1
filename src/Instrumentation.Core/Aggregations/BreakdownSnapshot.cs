using System.Globalization;
using Instrumentation.Aggregations;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>What the spans of a probe took, and what the kernel did for them.</summary>
public sealed class BreakdownSnapshot : IValueSnapshot<BreakdownSnapshot>
{
    private BreakdownSnapshot(AggregateReading reading)
    {
        Durations = HistogramSnapshot.Of(reading);
        Totals = reading.Totals;
    }

    /// <summary>The durations, in nanoseconds.</summary>
    public HistogramSnapshot Durations { get; }

    /// <summary>What the kernel did for all of the spans together; all zero when nobody accounted (<see cref="InstrumentationSession.AccountAsync"/>).</summary>
    public SpanTotals Totals { get; }

    /// <summary>The number of spans.</summary>
    public long Count => Durations.Count;

    /// <summary>The sum of the durations; see <see cref="HistogramSnapshot.Sum"/>.</summary>
    public long Sum => Durations.Sum;

    /// <inheritdoc/>
    static IReadOnlyList<string> IValueSnapshot<BreakdownSnapshot>.Titles { get; } =
        ["count", "average", "99 % below", "syscalls", "in them", "lock", "file", "network", "sleep", "other", "run queue", "faults", "read", "written"];

    /// <inheritdoc/>
    IReadOnlyList<string> IValueSnapshot<BreakdownSnapshot>.Figures =>
    [
        Number(Count),
        ValueText.Of(Durations.Average, ValueUnit.Nanoseconds),
        ValueText.Of(Durations.Percentile(99), ValueUnit.Nanoseconds),
        Number(Totals.Syscalls),
        Time(Totals.SyscallNanoseconds),
        Time(Totals.LockNanoseconds),
        Time(Totals.FileNanoseconds),
        Time(Totals.NetworkNanoseconds),
        Time(Totals.SleepNanoseconds),
        Time(Totals.OtherWaitNanoseconds),
        Time(Totals.RunQueueNanoseconds),
        Number(Totals.PageFaults),
        Number(Totals.BytesRead),
        Number(Totals.BytesWritten),
    ];

    /// <summary>The durations as a bar chart.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => Durations.ToString();

    /// <inheritdoc/>
    static bool IAggregateSnapshot<BreakdownSnapshot>.Reads(AggregationSpec? aggregation) => aggregation is BreakdownAggregation;

    /// <inheritdoc/>
    static BreakdownSnapshot IAggregateSnapshot<BreakdownSnapshot>.Read(ProbeRuntime runtime) => new(AggregateReading.Read(runtime));

    /// <inheritdoc/>
    static BreakdownSnapshot IValueSnapshot<BreakdownSnapshot>.Of(AggregateReading reading) => new(reading);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(long nanoseconds) => nanoseconds == 0 ? "0" : ValueText.Of(nanoseconds, ValueUnit.Nanoseconds);
}
