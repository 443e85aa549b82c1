using Instrumentation.Events;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>Each enumeration of an async iterator is one call.</summary>
[Collection(StepsCollection.Name)]
public sealed class AsyncEnumerationTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task FullEnumeration_ThatWaits_IsOneCall_WithTheArgumentsOfTheBeginning()
    {
        (IReadOnlyList<ProbeEvent<Started>> events, ProbeStatistics statistics) = await Watch.TypedAsync(
            Probe.Method(() => AsyncIteration.Texts(default!, "", 0)).Capture(c => new Started(c.Arg<string>("prefix"), c.Arg<int>("count"))),
            static async () => Assert.Equal(["a3", "a32", "a321"], await ListAsync(AsyncIteration.Texts([], "a", 3))));

        ProbeEvent<Started> only = Assert.Single(events);
        Assert.Equal(new Started("a", 3), only.Value);
        Assert.Equal((ProbeEdge.Call, true, false, false), (only.Event.Edge, only.Event.Suspended, only.Event.Failed, only.Event.Stopped));
        Assert.NotEqual(0, only.Event.CallId);
        Assert.Equal((1, 1, 0), (statistics.Hits, statistics.Emitted, statistics.Faults));
    }

    [Fact]
    public async Task Duration_IsFromTheFirstStep_AndEndsBeforeTheConsumerGoesOn()
    {
        long began = 0;
        long after = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => AsyncIteration.Texts(default!, "", 0)), async () =>
        {
            IAsyncEnumerable<string> items = AsyncIteration.Texts([], "a", 2);
            await Task.Delay(Pause);
            began = MonotonicClock.Now;
            await foreach (string item in items)
            {
                await Task.Delay(Pause);
            }

            // This runs inside of the call that ends the enumeration, which waited in its finally block.
            after = MonotonicClock.Now;
            Thread.Sleep(Pause);
        });

        ProbeEvent only = Assert.Single(events);
        Assert.InRange(only.Start, began, after);
        Assert.InRange(only.Timestamp, only.Start, after);
        Assert.InRange(only.Duration, Pause * 1.9, Watch.Limit);
    }

    [Fact]
    public async Task EnumerationThatNeverWaits_IsOneCall()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => AsyncIteration.Synchronous(0)), static async () =>
        {
            Assert.Equal([0, 1, 2], await ListAsync(AsyncIteration.Synchronous(3)));
            Assert.Empty(await ListAsync(AsyncIteration.Synchronous(0)));
        });

        Assert.Equal([true, false], events.Select(static one => one.Suspended));
    }

    [Fact]
    public async Task EarlyBreak_IsAStoppedCall_ThatEndsWhenItsFinallyBlocksHaveRun()
    {
        List<string> log = [];
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => AsyncIteration.Texts(default!, "", 0)), async () =>
        {
            await foreach (string text in AsyncIteration.Texts(log, "a", 3))
            {
                break;
            }

            await using IAsyncEnumerator<string> begun = AsyncIteration.Texts(log, "b", 3).GetAsyncEnumerator();
        });

        Assert.Equal(["begin", "end"], log);
        ProbeEvent only = Assert.Single(events);
        Assert.Equal((true, true, false), (only.Stopped, only.Suspended, only.Failed));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Exception_EndsTheCall_OnceAndWithIt(int after, bool wait)
    {
        (IReadOnlyList<ProbeEvent<string>> events, _) = await Watch.TypedAsync(
            Probe.Method(() => AsyncIteration.Fails(0, false)).Capture(c => c.Exception!.Message),
            async () => await Assert.ThrowsAsync<InvalidOperationException>(async () => await ListAsync(AsyncIteration.Fails(after, wait))));

        ProbeEvent<string> only = Assert.Single(events);
        Assert.Equal((true, false, $"async after {after}"), (only.Event.Failed, only.Event.Stopped, only.Value));
        Assert.Equal(after > 0 || wait, only.Event.Suspended);
    }

    [Fact]
    public async Task ExceptionInFinally_DuringDisposal_IsAStoppedAndFailedCall()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => AsyncIteration.FailsInFinally(0)), static async () =>
            await Assert.ThrowsAsync<TimeoutException>(static async () =>
            {
                await foreach (int item in AsyncIteration.FailsInFinally(2))
                {
                    break;
                }
            }));

        ProbeEvent only = Assert.Single(events);
        Assert.Equal((true, true), (only.Stopped, only.Failed));
    }

    [Fact]
    public async Task Cancellation_EndsTheCall_WithTheException()
    {
        (IReadOnlyList<ProbeEvent<string>> events, _) = await Watch.TypedAsync(
            Probe.Method(() => AsyncIteration.Gated(default!, 0, default)).Capture(c => c.Exception!.GetType().FullName!),
            static async () =>
            {
                using CancellationTokenSource stop = new();
                TaskCompletionSource never = new();
                ValueTask<bool> waiting;
                await using IAsyncEnumerator<int> items = AsyncIteration.Gated(item => item == 0 ? Task.CompletedTask : never.Task, 5).GetAsyncEnumerator(stop.Token);
                Assert.True(await items.MoveNextAsync());
                waiting = items.MoveNextAsync();
                Assert.False(waiting.IsCompleted);
                await stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
            });

        ProbeEvent<string> only = Assert.Single(events);
        Assert.True(only.Event.Failed);
        Assert.Equal(typeof(TaskCanceledException).FullName, only.Value);
    }

    [Fact]
    public async Task Edges_ReportTheirEndsOnly()
    {
        static async Task RunAsync()
        {
            Assert.Equal([1], await ListAsync(AsyncIteration.Twice(1, [])));
            await foreach (int item in AsyncIteration.Twice(1, [2]))
            {
                break;
            }

            await Assert.ThrowsAsync<NullReferenceException>(static async () => await ListAsync(AsyncIteration.Twice(1, null!)));
        }

        ProbeSpec spec = Probe.Method(typeof(AsyncIteration), nameof(AsyncIteration.Twice));
        Assert.Equal([(ProbeEdge.Return, false), (ProbeEdge.Return, true)], (await Watch.EventsAsync(spec.OnReturn(), RunAsync)).Select(static one => (one.Edge, one.Stopped)));
        Assert.Equal([ProbeEdge.Throw], (await Watch.EventsAsync(spec.OnThrow(), RunAsync)).Select(static one => one.Edge));
        Assert.Equal([ProbeEdge.Return, ProbeEdge.Return, ProbeEdge.Throw], (await Watch.EventsAsync(spec.OnReturn().OrThrow(), RunAsync)).Select(static one => one.Edge));
        Assert.Equal([ProbeEdge.Entry, ProbeEdge.Entry, ProbeEdge.Entry], (await Watch.EventsAsync(spec.OnEntry(), RunAsync)).Select(static one => one.Edge));
        Assert.Equal(3, (await Watch.AggregateAsync(spec.Count(), RunAsync)).Total);
    }

    [Fact]
    public async Task TwoEnumerationsOfOneEnumerable_AreTwoCalls()
    {
        IReadOnlyList<int> seen = await Watch.CapturesAsync(Probe.Method(() => AsyncIteration.Count(0)).Capture(c => c.Arg<int>("upTo")), static async () =>
        {
            IAsyncEnumerable<int> items = AsyncIteration.Count(2);
            Assert.Equal([0, 1], await ListAsync(items));
            await foreach (int item in items)
            {
                Assert.Equal([0, 1], await ListAsync(items));
            }
        });

        Assert.Equal([2, 2, 2, 2], seen);
    }

    [Fact]
    public async Task EnumerableThatIsEnumeratedAgainInsideOfItsEnd_IsTwoCalls()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => AsyncIteration.Synchronous(0)), static async () =>
        {
            IAsyncEnumerable<int> items = AsyncIteration.Synchronous(1);
            Assert.Equal([0], await ListAsync(items));
            Assert.Equal([0], await ListAsync(items));
        });

        Assert.Equal(2, events.Count);
    }

    [Fact]
    public async Task IteratorOfTheCoreLibrary_IsOneCall()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, ["a", "b"]);
            IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
                Probe.Method("System.Private.CoreLib!System.IO.File::IterateFileLinesAsync"),
                async () => Assert.Equal(["a", "b"], await ListAsync(File.ReadLinesAsync(path))));

            Assert.Equal((false, false, true), (Assert.Single(events).Failed, events[0].Stopped, events[0].Suspended));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task GenericAndEnumeratorMethods_AreOneCall()
    {
        IReadOnlyList<string> texts = await Watch.CapturesAsync(
            Probe.Method(typeof(AsyncIteration), nameof(AsyncIteration.Twice)).Capture(c => c.Arg<string>("value")),
            static async () => Assert.Equal(["a", "b"], await ListAsync(AsyncIteration.Twice("a", ["b"]))));
        IReadOnlyList<string> held = await Watch.CapturesAsync(
            Probe.Method(typeof(IterationShelf<>), "RepeatAsync").Capture(c => c.Field<string>(c.This<IterationShelf<string>>(), "_held")),
            static async () => Assert.Equal(["x", "x"], await ListAsync(new IterationShelf<string>("x").RepeatAsync(2))));
        IReadOnlyList<int> from = await Watch.CapturesAsync(
            Probe.Method(() => AsyncIteration.Enumerator(0, 0)).Capture(c => c.Arg<int>("from")),
            static async () =>
            {
                await using IAsyncEnumerator<int> items = AsyncIteration.Enumerator(7, 8);
                Assert.True(await items.MoveNextAsync());
                Assert.False(await items.MoveNextAsync());
                Assert.False(await items.MoveNextAsync());
            });

        Assert.Equal(["a"], texts);
        Assert.Equal(["x"], held);
        Assert.Equal([7], from);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private sealed record Started(string Prefix, int Count);
}
