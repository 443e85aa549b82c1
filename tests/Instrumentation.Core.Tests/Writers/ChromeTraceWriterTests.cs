using System.Text.Json;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Core.Tests.Writers;

public sealed class ChromeTraceWriterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_SyncCall_IsACompleteEventInMicroseconds()
    {
        using JsonDocument trace = await TraceAsync([FakeEvents.Of(
            "Shop.Orders::Place",
            new EventRecordHeader { ThreadId = 7, Timestamp = 1_234_567_891, Duration = 1_001, Edge = ProbeEdge.Call, Flags = EventFlags.Failed },
            FakeCapture.Fields(("Quantity", typeof(int)), ("Ratio", typeof(double))),
            FakeFields.Of(3, double.NaN))]);
        Assert.Equal("ns", trace.RootElement.GetProperty("displayTimeUnit").GetString());
        JsonElement call = Assert.Single(Phase(trace, "X"));
        Assert.Equal("1234566.89", call.GetProperty("ts").GetRawText());
        Assert.Equal("1.001", call.GetProperty("dur").GetRawText());
        Assert.Equal(7, call.GetProperty("tid").GetInt32());
        Assert.Equal(Environment.ProcessId, call.GetProperty("pid").GetInt32());
        Assert.Equal("""{"Quantity":3,"Ratio":"NaN","(outcome)":"failed"}""", call.GetProperty("args").GetRawText());
    }

    [Fact]
    public async Task WriteAsync_SuspendedCalls_ArePairsWithTheirOwnIds()
    {
        using JsonDocument trace = await TraceAsync(
        [
            FakeEvents.Call("a", 1, 1000, 9000, EventFlags.Suspended, 5),
            FakeEvents.Call("a", 2, 2000, 8000, EventFlags.Suspended | EventFlags.Cancelled, 6),
        ]);
        JsonElement[] begins = Phase(trace, "b");
        JsonElement[] ends = Phase(trace, "e");
        Assert.Equal(2, begins.Length);
        Assert.Equal(2, begins.Select(static begin => begin.GetProperty("id").GetString()).Distinct().Count());
        foreach ((JsonElement begin, JsonElement end) in begins.Zip(ends))
        {
            Assert.Equal(begin.GetProperty("id").GetString(), end.GetProperty("id").GetString());
            Assert.Equal(begin.GetProperty("cat").GetString(), end.GetProperty("cat").GetString());
            Assert.Equal(begin.GetProperty("name").GetString(), end.GetProperty("name").GetString());
            Assert.True(begin.GetProperty("ts").GetDecimal() < end.GetProperty("ts").GetDecimal());
        }

        Assert.Equal("cancelled", begins[1].GetProperty("args").GetProperty("(outcome)").GetString());
        Assert.Empty(Phase(trace, "X"));
    }

    [Fact]
    public async Task WriteAsync_SuspendedSpans_LieOnTheTrackOfTheOutermostAndNest()
    {
        using JsonDocument trace = await TraceAsync(
        [
            Span(3, 2, 20, 30), Span(5, 4, 41, 49), Span(4, 1, 40, 50, suspended: false), Span(2, 1, 10, 60), Span(6, 1, 55, 70), Span(1, 0, 0, 80), Span(8, 7, 0, 90),
        ]);
        Dictionary<string, string> tracks = Phase(trace, "b").ToDictionary(
            static begin => begin.GetProperty("args").GetProperty("(id)").GetString()!,
            static begin => begin.GetProperty("id").GetString()!);

        // The sixth runs on when the second, beside which it began, has ended; the seventh never ends.
        Assert.Equal(6, tracks.Count);
        Assert.Equal([Number(1), Number(1), Number(1), Number(1)], new[] { 1, 2, 3, 5 }.Select(span => tracks[Number(span)]));
        Assert.Equal(Number(6), tracks[Number(6)]);
        Assert.Equal(Number(7), tracks[Number(8)]);
        Assert.Single(Phase(trace, "X"));
        Assert.All(Phase(trace, "b"), static begin => Assert.Equal("span", begin.GetProperty("cat").GetString()));

        static ProbeEvent Span(long id, long parent, long start, long end, bool suspended = true) => FakeEvents.Of("s", new EventRecordHeader
        {
            ThreadId = 1,
            Timestamp = end,
            Duration = end - start,
            Edge = ProbeEdge.Call,
            Flags = suspended ? EventFlags.Suspended : EventFlags.None,
            CallId = SpanIdOf(id),
            Span = parent == 0 ? 0 : SpanIdOf(parent),
        });
        static long SpanIdOf(long number) => SpanId.Prefix(9) | number;
        static string Number(long number) => $"0x{SpanIdOf(number):x}";
    }

    [Fact]
    public async Task WriteAsync_WhatHappenedBesides_HasATrackOfItsOwn()
    {
        using MemoryStream stream = new();
        await ChromeTraceWriter.WriteAsync(
            FakeEvents.Stream([FakeEvents.Call("a", 1, 0, 10)], Cancellation),
            static () => [new ReportSpan("GC pause", ReportKind.Pause, 2_000, 1_500) { Facts = [new("reason", "gc")] }, new ReportSpan("GC pause", ReportKind.Pause, 9_000, 1)],
            stream,
            Cancellation);
        using JsonDocument trace = JsonDocument.Parse(stream.ToArray());
        JsonElement[] pauses = [.. Phase(trace, "X").Where(static item => item.GetProperty("name").GetString() == "GC pause")];
        Assert.Equal(2, pauses.Length);
        Assert.Equal(1.5m, pauses[0].GetProperty("dur").GetDecimal());
        Assert.Equal("gc", pauses[0].GetProperty("args").GetProperty("reason").GetString());
        Assert.Single(pauses.Select(static pause => pause.GetProperty("tid").GetInt32()).Distinct());
        Assert.NotEqual(1, pauses[0].GetProperty("tid").GetInt32());
    }

    [Theory]
    [InlineData(ProbeEdge.Entry)]
    [InlineData(ProbeEdge.Return)]
    [InlineData(ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Catch)]
    public async Task WriteAsync_OtherMoments_AreInstantsOfTheThread(ProbeEdge edge)
    {
        using JsonDocument trace = await TraceAsync([FakeEvents.Of("a", new EventRecordHeader { ThreadId = 7, Timestamp = 5000, Edge = edge })]);
        JsonElement instant = Assert.Single(Phase(trace, "i"));
        Assert.Equal("t", instant.GetProperty("s").GetString());
        Assert.Equal($"a {edge}", instant.GetProperty("name").GetString());
        Assert.Equal(5m, instant.GetProperty("ts").GetDecimal());
    }

    [Fact]
    public async Task WriteAsync_Threads_AreNamedOnceEach()
    {
        using JsonDocument trace = await TraceAsync([FakeEvents.Call("a", 1, 0, 1), FakeEvents.Call("a", 2, 1, 2), FakeEvents.Call("a", 1, 2, 3)]);
        string[] names = [.. Phase(trace, "M").Select(static item => item.GetProperty("name").GetString()!)];
        Assert.Equal(["process_name", "thread_name", "thread_name"], names);
    }

    [Fact]
    public async Task WriteAsync_NoEvents_IsStillATrace()
    {
        using JsonDocument trace = await TraceAsync([]);
        Assert.Empty(Phase(trace, "X"));
    }

    [Fact]
    public async Task WriteAsync_Cancelled_ClosesTheTrace()
    {
        using MemoryStream stream = new();
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ChromeTraceWriter.WriteAsync(EndlessAsync(stop), stream, stop.Token));
        using JsonDocument trace = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(3, Phase(trace, "X").Length);

        static async IAsyncEnumerable<ProbeEvent> EndlessAsync(CancellationTokenSource stop)
        {
            for (int i = 0; i < 3; i++)
            {
                yield return FakeEvents.Call("a", 1, i, i + 1);
            }

            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
    }

    [Fact]
    public async Task WriteAsync_SameTimesOnOneThread_WritesTheOuterCallFirst()
    {
        using JsonDocument trace = await TraceAsync([FakeEvents.Call("inner", 1, 10, 20), FakeEvents.Call("outer", 1, 10, 20), FakeEvents.Call("next", 1, 20, 30)]);
        Assert.Equal(["outer", "inner", "next"], Phase(trace, "X").Select(static item => item.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task WriteAsync_CallsThatOverlapByNanoseconds_AreDrawnNested()
    {
        // Two probes on one method: each takes its own times.
        using JsonDocument trace = await TraceAsync([FakeEvents.Call("first", 1, 100, 200), FakeEvents.Call("second", 1, 101, 201)]);
        CheckNesting(Phase(trace, "X"));
    }

    [Fact]
    public async Task WriteAsync_RandomCallTrees_NestOnEveryThread()
    {
        Random random = new(17);
        List<ProbeEvent> events = [];
        for (int thread = 1; thread <= 3; thread++)
        {
            long clock = 1000;
            for (int i = 0; i < 50; i++)
            {
                Tree(thread, depth: 0, ref clock);
            }
        }

        using JsonDocument trace = await TraceAsync([.. events.OrderBy(static item => item.Timestamp)]);
        JsonElement[] calls = Phase(trace, "X");
        Assert.Equal(events.Count, calls.Length);
        CheckNesting(calls);

        void Tree(int thread, int depth, ref long clock)
        {
            // Steps of 0 make equal times; a second probe on the call ends after the first and began after it.
            long start = clock += random.Next(3);
            long startOfSecond = clock += random.Next(2);
            for (int children = depth < 5 ? random.Next(4) : 0; children > 0; children--)
            {
                Tree(thread, depth + 1, ref clock);
            }

            clock += random.Next(3);
            events.Add(FakeEvents.Call($"d{depth}", thread, start, clock));
            if (random.Next(4) == 0)
            {
                clock += random.Next(2);
                events.Add(FakeEvents.Call($"d{depth} too", thread, startOfSecond, clock));
            }
        }
    }

    private static void CheckNesting(JsonElement[] calls)
    {
        foreach (IGrouping<int, JsonElement> thread in calls.GroupBy(static call => call.GetProperty("tid").GetInt32()))
        {
            (decimal From, decimal To)[] spans = [.. thread.Select(static call => call.GetProperty("ts").GetDecimal()).Zip(thread, static (from, call) => (from, from + call.GetProperty("dur").GetDecimal()))];
            Stack<(decimal From, decimal To)> open = [];
            foreach ((decimal from, decimal to) in spans.OrderBy(static span => span.From).ThenByDescending(static span => span.To))
            {
                while (open.TryPeek(out (decimal From, decimal To) outer) && outer.To <= from)
                {
                    open.Pop();
                }

                Assert.True(!open.TryPeek(out (decimal From, decimal To) parent) || to <= parent.To, $"[{from}, {to}] leaves [{parent.From}, {parent.To}]");
                open.Push((from, to));
            }
        }
    }

    private static JsonElement[] Phase(JsonDocument trace, string phase) =>
        [.. trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(item => item.GetProperty("ph").GetString() == phase)];

    private static async Task<JsonDocument> TraceAsync(ProbeEvent[] events)
    {
        using MemoryStream stream = new();
        Assert.Equal(events.Length, await ChromeTraceWriter.WriteAsync(FakeEvents.Stream(events, Cancellation), stream, Cancellation));
        return JsonDocument.Parse(stream.ToArray());
    }
}
