using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Core.Tests.Report;

public sealed class SpanBarsTests
{
    [Fact]
    public void Of_Events_LieBelowTheEventOfTheirThreadThatTheyHappenedIn()
    {
        SpanTrees trees = new();
        Add(trees, Kernel("read", 1, 20, 30));
        Add(trees, Kernel("wait", 2, 22, 26));
        Add(trees, Kernel("step", 1, 10, 40));
        Add(trees, Kernel("write", 1, 50, 60));
        SpanNode root = trees.Add(FakeEvents.Call("request", 1, 0, 100, callId: Id(1)))!;

        ReportSpan bar = ReportSpan.Of(root, static (item, bar) => item.Probe == "wait" ? bar with { Kind = ReportKind.Wait } : bar);

        Assert.Equal(ReportKind.Method, bar.Kind);
        Assert.Equal(5, bar.Count);
        Assert.Equal(["step", "wait", "write"], bar.Children.Select(static child => child.Name).Order(StringComparer.Ordinal));
        Assert.Equal("read", Assert.Single(bar.Children.Single(static child => child.Name == "step").Children).Name);
        Assert.Equal(ReportKind.Wait, bar.Children.Single(static child => child.Name == "wait").Kind);
        Assert.Equal(ReportKind.Kernel, bar.Children.Single(static child => child.Name == "write").Kind);
    }

    [Fact]
    public void Of_RandomCallsOfSomeThreads_EveryBarLiesInTheOneAboveAndNoneIsLost()
    {
        Random random = new(8);
        for (int round = 0; round < 100; round++)
        {
            SpanTrees trees = new();
            int count = 0;
            for (int thread = 1; thread <= 3; thread++)
            {
                count += Fill(trees, random, thread, 0, 10_000, 0);
            }

            ReportSpan bar = ReportSpan.Of(trees.Add(FakeEvents.Call("request", 1, 0, 10_000, callId: Id(1)))!);
            Assert.Equal(count + 1, bar.Count);
            Check(bar);
        }

        static void Check(ReportSpan bar)
        {
            foreach (ReportSpan child in bar.Children)
            {
                Assert.True(child.Start >= bar.Start && child.End <= bar.End);
                Assert.True(bar.Kind == ReportKind.Method || child.ThreadId == bar.ThreadId);
                Check(child);
            }
        }
    }

    // Calls as a thread makes them: the ends in order, inner before outer.
    private static int Fill(SpanTrees trees, Random random, int thread, long from, long to, int depth)
    {
        int count = 0;
        for (long at = from + 1; depth < 4 && at < to - 10;)
        {
            long end = random.NextInt64(at + 1, Math.Min(to, at + ((to - from) / 2) + 2));
            count += 1 + Fill(trees, random, thread, at, end, depth + 1);
            Add(trees, Kernel("call", thread, at, end));
            at = end + random.Next(1, 200);
        }

        return count;
    }

    private static ProbeEvent Kernel(string name, int thread, long start, long end) => FakeEvents.Of(
        name,
        new EventRecordHeader { ThreadId = thread, Timestamp = end, Duration = end - start, Edge = ProbeEdge.Call, Flags = EventFlags.Kernel, Span = Id(1) });

    private static void Add(SpanTrees trees, ProbeEvent item) => Assert.Null(trees.Add(item));

    private static long Id(long number) => SpanId.Prefix(5) | number;
}
