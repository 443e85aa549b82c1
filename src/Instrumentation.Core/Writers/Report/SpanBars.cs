using System.Globalization;

namespace Instrumentation.Writers.Report;

/// <summary>Makes the bars of a waterfall from spans and their events.</summary>
/// <param name="adapt">Changes the bar of an event: gives it another name or kind, or a detail.</param>
internal sealed class SpanBars(Func<ProbeEvent, ReportSpan, ReportSpan> adapt)
{
    /// <summary>Makes the bar of a span, with all bars below it.</summary>
    /// <param name="node">The span.</param>
    /// <returns>The bar.</returns>
    public ReportSpan Of(SpanNode node)
    {
        List<KeyValuePair<string, string>> facts = Fields(node.Event);
        List<KeyValuePair<string, long>> parts = [];
        if (node.Totals is { } totals)
        {
            AddTotals(totals, facts, parts);
        }

        if (node.Activity is { } activity)
        {
            facts.Add(new("trace", activity.TraceId.ToString()));
        }

        if (node.DroppedEvents > 0)
        {
            facts.Add(new("events without room", Number(node.DroppedEvents)));
        }

        return adapt(node.Event, Bar(node.Event, ReportKind.Method) with
        {
            Facts = facts,
            Parts = parts,
            Children = [.. node.Children.Select(Of), .. Nested(node.Events)],
        });
    }

    private static ReportSpan Bar(ProbeEvent item, ReportKind kind) => new(
        item.Edge == ProbeEdge.Call ? item.Site : $"{item.Site} {item.Edge}", kind, item.Start, item.Timestamp - item.Start)
    {
        ThreadId = item.ThreadId,
        Failed = item.Failed,
    };

    // What began and ended within another event of its thread lies below that one: a system call in a native function, a wait in a system call.
    private IEnumerable<ReportSpan> Nested(IEnumerable<ProbeEvent> events)
    {
        List<Open> tops = [];
        foreach (IGrouping<int, ProbeEvent> thread in events.GroupBy(static item => item.ThreadId))
        {
            Stack<Open> around = [];
            foreach (ProbeEvent item in thread.OrderBy(static item => item.Start).ThenByDescending(static item => item.Timestamp))
            {
                while (around.TryPeek(out Open? outer) && outer.Event.Timestamp < item.Timestamp)
                {
                    around.Pop();
                }

                Open open = new(item);
                (around.TryPeek(out Open? parent) ? parent.Inner : tops).Add(open);
                around.Push(open);
            }
        }

        return tops.Select(Close);
    }

    private ReportSpan Close(Open open) => adapt(open.Event, Bar(open.Event, open.Event.IsKernel ? ReportKind.Kernel : ReportKind.Other) with
    {
        Facts = Fields(open.Event),
        Children = [.. open.Inner.Select(Close)],
    });

    private static List<KeyValuePair<string, string>> Fields(ProbeEvent item) =>
        [.. item.Fields.Select(static field => new KeyValuePair<string, string>(field.Key, Convert.ToString(field.Value, CultureInfo.InvariantCulture) ?? "null"))];

    private static void AddTotals(SpanTotals totals, List<KeyValuePair<string, string>> facts, List<KeyValuePair<string, long>> parts)
    {
        (string Name, long Nanoseconds)[] waits =
        [
            ("locks", totals.LockNanoseconds), ("files", totals.FileNanoseconds), ("network", totals.NetworkNanoseconds),
            ("sleeping", totals.SleepNanoseconds), ("other waits", totals.OtherWaitNanoseconds), ("waiting for a processor", totals.RunQueueNanoseconds),
        ];
        parts.AddRange(waits.Where(static wait => wait.Nanoseconds > 0).Select(static wait => new KeyValuePair<string, long>(wait.Name, wait.Nanoseconds)));
        facts.Add(new("system calls", $"{Number(totals.Syscalls)}, {Events.DurationText.Of(totals.SyscallNanoseconds)}"));
        (string Name, long Count)[] counts =
        [
            ("failed system calls", totals.Errors), ("off the processor", totals.Switches), ("page faults", totals.PageFaults),
            ("bytes read", totals.BytesRead), ("bytes written", totals.BytesWritten), ("signals", totals.Signals),
        ];
        facts.AddRange(counts.Where(static count => count.Count > 0).Select(static count => new KeyValuePair<string, string>(count.Name, Number(count.Count))));
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private sealed class Open(ProbeEvent item)
    {
        public ProbeEvent Event => item;

        public List<Open> Inner { get; } = [];
    }
}
