using Instrumentation.Writers.Report;

namespace Instrumentation;

/// <summary>A bar of a report's waterfall: something that took time, or happened at a moment, with what it caused below it.</summary>
/// <param name="Name">The name, for example of the method.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Start">When it began, in nanoseconds of CLOCK_MONOTONIC.</param>
/// <param name="Nanoseconds">How long it took; 0 for a moment.</param>
public sealed record ReportSpan(string Name, ReportKind Kind, long Start, long Nanoseconds)
{
    /// <summary>When it ended, in nanoseconds of CLOCK_MONOTONIC.</summary>
    public long End => Start + Nanoseconds;

    /// <summary>What it was about in one line, for example an SQL text or a path; empty for nothing.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The operating system's id of the thread; 0 when there is none to name.</summary>
    public int ThreadId { get; init; }

    /// <summary>Whether it ended badly.</summary>
    public bool Failed { get; init; }

    /// <summary>What is known of it, as names and values in the order of display.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>Where its time went, as names and nanoseconds, in the order of display; what the parts leave of the whole is shown as the rest.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Parts { get; init; } = [];

    /// <summary>What happened within it, in any order.</summary>
    public IReadOnlyList<ReportSpan> Children { get; init; } = [];

    /// <summary>The number of bars of this tree, this one included.</summary>
    public int Count => 1 + Children.Sum(static child => child.Count);

    /// <summary>
    /// Makes the bars of a span: below it the spans inside, and the events that it caused. Events that happened within another event on their thread lie below
    /// that one. Captured fields are facts, and so is what the kernel did for the span.
    /// </summary>
    /// <param name="node">The span, from <see cref="SpanTrees"/>.</param>
    /// <param name="adapt">Changes the bar of an event or span: gives it another name or kind, or a detail; null for none.</param>
    /// <returns>The bar of the span.</returns>
    public static ReportSpan Of(SpanNode node, Func<ProbeEvent, ReportSpan, ReportSpan>? adapt = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new SpanBars(adapt ?? (static (_, bar) => bar)).Of(node);
    }
}
