using System.Text.Json;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

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
