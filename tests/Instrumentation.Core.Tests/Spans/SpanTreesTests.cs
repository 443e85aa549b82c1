using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Core.Tests.Spans;

/// <summary>Events become trees by the numbers that they carry, in whatever order spans end; what fits nowhere is counted.</summary>
public sealed class SpanTreesTests
{
    [Fact]
    public async Task ReadAsync_RandomTrees_GivesEachAsItWas()
    {
        Random random = new(4711);
        for (int round = 0; round < 50; round++)
        {
            List<Made> roots = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Made.Random(random, 0, random.Next(1000), 100_000, 0))];
            List<ProbeEvent> events = [.. roots.SelectMany(static root => root.All()).OrderBy(static one => one.Timestamp)];
            SpanTrees trees = new();
            List<SpanNode> read = [];
            await foreach (SpanNode node in trees.ReadAsync(FakeEvents.Stream(events, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken))
            {
                read.Add(node);
            }

            Assert.Equal(roots.OrderBy(static root => root.End).Select(static root => root.ToString()), read.Select(Text));
            Assert.Equal((0, 0, 0, 0), (trees.Open, trees.Dropped, trees.Late, trees.Unattributed));
        }
    }

    [Fact]
    public void Add_WhatFitsNowhere_IsCounted()
    {
        SpanTrees trees = new();
        Assert.Null(trees.Add(Event(1, 0)));
        SpanNode ended = trees.Add(Span(7, 0, 1, 5))!;
        Assert.Null(trees.Add(Event(6, 7)));
        SpanNode orphan = trees.Add(Span(8, 7, 4, 9))!;
        Assert.Equal((1, 1, 0), (trees.Unattributed, trees.Late, trees.Dropped));
        Assert.Equal(Id(7), orphan.Parent.Id);
        Assert.Empty(ended.Children);
    }

    [Fact]
    public void Add_SpansThatNeverEnd_AreBounded()
    {
        SpanTrees trees = new(new SpanTreeOptions { MaximumOpenSpans = 10, MaximumEventsPerSpan = 3 });
        for (int i = 1; i <= 1000; i++)
        {
            Assert.Null(trees.Add(Event(i, i)));
        }

        Assert.Equal((10, 990), (trees.Open, trees.Dropped));
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(trees.Add(Event(2000 + i, 1000)));
        }

        SpanNode full = trees.Add(Span(1000, 0, 1, 3000))!;
        Assert.Equal((3, 8), (full.Events.Count, full.DroppedEvents));
        Assert.Equal(998, trees.Dropped);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused() => Assert.Throws<SpecException>(static () => new SpanTrees(new SpanTreeOptions { MaximumOpenSpans = 0 }));

    private static string Text(SpanNode node) =>
        $"{node.Id & 0xFFFFFF}[{string.Join(',', node.Events.Select(static one => one.Timestamp))}]({string.Join(',', node.Children.Select(Text))})";

    private static long Id(int number) => SpanId.Prefix(3) | (long)number;

    private static ProbeEvent Span(int id, int parent, long start, long end) => FakeEvents.Of(
        "span",
        new EventRecordHeader { Timestamp = end, Duration = end - start, Edge = ProbeEdge.Call, CallId = Id(id), Span = parent == 0 ? 0 : Id(parent) });

    private static ProbeEvent Event(long time, int parent) => FakeEvents.Of("event", new EventRecordHeader { Timestamp = time, Edge = ProbeEdge.Entry, Span = parent == 0 ? 0 : Id(parent) });

    private sealed class Made
    {
        private static int _last;

        private readonly List<Made> _children = [];
        private readonly List<long> _events = [];

        public int Id { get; } = ++_last;

        public int Parent { get; private init; }

        public long Start { get; private init; }

        public long End { get; private init; }

        public static Made Random(Random random, int parent, long start, long end, int depth)
        {
            Made made = new() { Parent = parent, Start = start, End = end };
            made._events.AddRange(Enumerable.Range(0, random.Next(4)).Select(_ => random.NextInt64(start, end)).Distinct().Order());
            long at = start + 1;
            while (depth < 4 && end - at > 100 && random.Next(3) > 0)
            {
                long from = random.NextInt64(at, end - 50);
                long to = random.NextInt64(from + 10, end - 1);
                made._children.Add(Random(random, made.Id, from, to, depth + 1));
                at = from + 1;
            }

            return made;
        }

        public IEnumerable<ProbeEvent> All() =>
            [.. _events.Select(time => Event(time, Id)), .. _children.SelectMany(static child => child.All()), Span(Id, Parent, Start, End)];

        public override string ToString() => $"{Id}[{string.Join(',', _events)}]({string.Join(',', _children.OrderBy(static child => child.Start))})";
    }
}
