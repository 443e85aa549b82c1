using System.Collections;
using Instrumentation.Events;
using Instrumentation.Managed.Tests.Engine.Shapes;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>Each enumeration of an iterator is one call: from the first step to the end, the exception, or the disposal.</summary>
[Collection(StepsCollection.Name)]
public sealed class EnumerationTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task FullEnumeration_IsOneCall_AndNoneAfterDetach()
    {
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method(() => Iteration.Count(0)), 1, static () => Iteration.Count(4).Sum());

        ProbeEvent only = Assert.Single(events);
        Assert.Equal("Probed.Iteration::Count", only.Site);
        Assert.Equal((ProbeEdge.Call, false, false, true), (only.Edge, only.Failed, only.Stopped, only.Suspended));
        Assert.NotEqual(0, only.CallId);
    }

    [Fact]
    public async Task EnumerationWithoutAStep_WasNotSuspended_AndOneThatNobodyEnumeratesIsNoCall()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Iteration.Count(0)), static () =>
        {
            Assert.Empty(Iteration.Count(0));
            _ = Iteration.Count(5);
            using IEnumerator<int> begun = Iteration.Count(5).GetEnumerator();
        });

        ProbeEvent only = Assert.Single(events);
        Assert.Equal((false, false, 0L), (only.Suspended, only.Stopped, only.CallId));
    }

    [Fact]
    public async Task Duration_IsFromTheFirstStepToTheEnd()
    {
        long began = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Iteration.Slow(0)), () =>
        {
            IEnumerable<int> items = Iteration.Slow((int)Pause.TotalMilliseconds);
            Thread.Sleep(2 * Pause);
            began = MonotonicClock.Now;
            foreach (int item in items)
            {
                Thread.Sleep(Pause / 2);
            }
        });

        ProbeEvent only = Assert.Single(events);
        Assert.InRange(only.Start, began, only.Timestamp);
        Assert.InRange(only.Duration, Pause * 1.9, Watch.Limit);
    }

    [Fact]
    public async Task Arguments_AreThoseOfTheBeginning_AlthoughTheCodeChangesThem()
    {
        ProbeSpec spec = Probe.Method(() => Iteration.Texts(default!, "", 0));
        foreach (ProbeSpec edge in (ProbeSpec[])[spec, spec.OnEntry(), spec.OnReturn()])
        {
            IReadOnlyList<Started> seen = await Watch.CapturesAsync(
                edge.When(c => c.Arg<int>("count") > 1).Capture(c => new Started(c.Arg<string>("prefix"), c.Arg<int>(2))),
                static () =>
                {
                    Assert.Equal(["a3", "a32", "a321"], Iteration.Texts([], "a", 3));
                    Assert.Equal(["b1"], Iteration.Texts([], "b", 1));
                    Assert.Equal("c2", Iteration.Texts([], "c", 2).First());
                });

            Assert.Equal([new Started("a", 3), new Started("c", 2)], seen);
        }
    }

    [Fact]
    public async Task EarlyBreak_IsAStoppedCall_ThatEndsWhenItsFinallyBlocksHaveRun()
    {
        List<string> log = [];
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Iteration.Texts(default!, "", 0)), () =>
        {
            foreach (string text in Iteration.Texts(log, "a", 3))
            {
                break;
            }
        });

        Assert.Equal(["begin", "end"], log);
        ProbeEvent only = Assert.Single(events);
        Assert.Equal((true, true, false), (only.Stopped, only.Suspended, only.Failed));
        Assert.EndsWith(" suspended stopped", only.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_EndsTheCall_OnceAndWithIt()
    {
        await FailsAsync<InvalidOperationException>(Probe.Method(() => Iteration.Fails(0)), "after 2", static () => Iteration.Fails(2).Sum());
        await FailsAsync<InvalidOperationException>(Probe.Method(() => Iteration.Fails(0)), "after 0", static () => Iteration.Fails(0).Sum());
        await FailsAsync<FormatException>(Probe.Method(() => Iteration.FailsInTry(0, default!)), "in try after 3", static () => Iteration.FailsInTry(3, []).Sum());
        await FailsAsync<TimeoutException>(Probe.Method(() => Iteration.FailsInFinally(0)), "in finally 2", static () => Iteration.FailsInFinally(2).Sum());
        await FailsAsync<TimeoutException>(Probe.Method(() => Iteration.FailsInFinally(0)), "in finally 3", static () => Iteration.FailsInFinally(3).First(), stopped: true);
    }

    [Fact]
    public async Task Edges_ReportTheirEndsOnly()
    {
        static void Run()
        {
            Assert.Equal(1, Iteration.FailsInFinally(0).Count() + 1);
            Assert.Throws<TimeoutException>(static () => Iteration.FailsInFinally(1).Count());
            Assert.Throws<TimeoutException>(static () => Iteration.FailsInFinally(2).First());
        }

        ProbeSpec spec = Probe.Method(() => Iteration.FailsInFinally(0));
        Assert.Equal([ProbeEdge.Return], (await Watch.EventsAsync(spec.OnReturn(), Run)).Select(static one => one.Edge));
        Assert.Equal([ProbeEdge.Throw, ProbeEdge.Throw], (await Watch.EventsAsync(spec.OnThrow(), Run)).Select(static one => one.Edge));
        Assert.Equal([ProbeEdge.Return, ProbeEdge.Throw, ProbeEdge.Throw], (await Watch.EventsAsync(spec.OnReturn().OrThrow(), Run)).Select(static one => one.Edge));
        Assert.Equal([ProbeEdge.Entry, ProbeEdge.Entry, ProbeEdge.Entry], (await Watch.EventsAsync(spec.OnEntry(), Run)).Select(static one => one.Edge));
    }

    [Fact]
    public async Task TwoEnumerationsOfOneEnumerable_AreTwoCalls_OneAfterTheOtherOrAtOnce()
    {
        IReadOnlyList<int> seen = await Watch.CapturesAsync(Probe.Method(() => Iteration.Count(0)).Capture(c => c.Arg<int>("upTo")), static () =>
        {
            IEnumerable<int> items = Iteration.Count(3);
            Assert.Equal(6, items.Sum() + items.Sum());
            Assert.Equal(9, items.SelectMany(_ => items).Sum());
        });

        Assert.Equal([3, 3, 3, 3, 3, 3], seen);
    }

    [Fact]
    public async Task Nested_EachIsACall_InnerEndsFirst()
    {
        IReadOnlyList<int> seen = await Watch.CapturesAsync(
            Probe.Method(() => Iteration.Nested(0)).Capture(c => c.Arg<int>("depth")),
            static () => Assert.Equal([3, 2, 1, 0], Iteration.Nested(3)));

        Assert.Equal([0, 1, 2, 3], seen);
    }

    [Fact]
    public async Task EnumeratorMethods_AreOneCall()
    {
        IReadOnlyList<(int From, int To)> typed = [.. (await Watch.CapturesAsync(
            Probe.Method(() => Iteration.Enumerator(0, 0)).Capture(c => new { From = c.Arg<int>(0), To = c.Arg<int>(1) }),
            static () =>
            {
                using IEnumerator<int> items = Iteration.Enumerator(2, 4);
                Assert.True(items.MoveNext());
                Assert.True(items.MoveNext());
                Assert.False(items.MoveNext());
                Assert.False(items.MoveNext());
            })).Select(static one => (one.From, one.To))];
        IReadOnlyList<ProbeEvent> untyped = await Watch.EventsAsync(Probe.Method(() => Iteration.Untyped(default!)), static () =>
        {
            IEnumerator items = Iteration.Untyped("x");
            Assert.True(items.MoveNext());
            Assert.True(items.MoveNext());
            Assert.False(items.MoveNext());
            ((IDisposable)items).Dispose();
            ((IDisposable)items).Dispose();
        });

        Assert.Equal([(2, 4)], typed);
        Assert.False(Assert.Single(untyped).Stopped);
    }

    [Fact]
    public async Task GenericIterators_ShowTheExactTypes()
    {
        ProbeSpec twice = Probe.Method(typeof(Iteration), nameof(Iteration.Twice));
        static void Run()
        {
            Assert.Equal(["a", "b"], Iteration.Twice("a", ["b"]));
            Assert.Equal([1L, 2L], Iteration.Twice(1L, [2L]));
            Assert.Equal([Guid.Empty, Guid.Empty], Iteration.Twice(Guid.Empty, [Guid.Empty]));
        }

        Assert.Equal(3, (await Watch.EventsAsync(twice, Run)).Count);
        (IReadOnlyList<ProbeEvent<string>> texts, ProbeStatistics text) = await Watch.TypedAsync(twice.When(c => c.Arg<string>("value") == "a").Capture(c => c.Arg<string>(0)), Run);
        (IReadOnlyList<ProbeEvent<long>> numbers, ProbeStatistics number) = await Watch.TypedAsync(twice.When(c => c.Arg<long>("value") == 1).Capture(c => c.Arg<long>(0)), Run);
        IReadOnlyList<string> held = await Watch.CapturesAsync(
            Probe.Method(typeof(IterationShelf<>), "With").Capture(c => c.Field<string>(c.This<IterationShelf<string>>(), "_held")),
            static () => Assert.Equal([("s", 5)], new IterationShelf<string>("s").With(5, 1)));
        IReadOnlyList<int> left = await Watch.CapturesAsync(
            Probe.Method((IterationPair p) => p.Both(0)).Capture(c => c.This<IterationPair>().Left),
            static () => Assert.Equal(50, new IterationPair(2, 3).Both(10).Sum()));

        Assert.Equal(["a"], texts.Select(static one => one.Value));
        Assert.Equal([1L], numbers.Select(static one => one.Value));
        Assert.Equal((2, 2), (text.Faults, number.Faults));
        Assert.Equal(["s"], held);
        Assert.Equal([2], left);
    }

    [Fact]
    public async Task FrameworkIterator_IsOneCall()
    {
        IReadOnlyList<int> sizes = await Watch.CapturesAsync(
            Probe.Method("System.Linq!System.Linq.Enumerable::EnumerableChunkIterator").Capture(c => c.Arg<int>("size")),
            static () => Assert.Equal(5, Positive().Chunk(2).Count() + Positive().Chunk(3).Sum(static chunk => chunk[0] - 1)));

        Assert.Equal([2, 3], sizes);

        // No array, whose chunks another iterator cuts.
        static IEnumerable<int> Positive() => new Queue<int>([0, 1, 2, 3, 4]).Where(static number => number > 0);
    }

    [Fact]
    public async Task WrittenByHand_IsAnOrdinaryMethod()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Iteration.ByHand(0)), static () =>
        {
            _ = Iteration.ByHand(1);
            Assert.Equal(1, Iteration.ByHand(2).Sum());
        });

        Assert.Equal(2, events.Count);
        Assert.All(events, static one => Assert.False(one.Suspended));
    }

    [Fact]
    public async Task Coverage_SaysWhatACallIs_AndCanAttachTheSame()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        foreach (ProbeSpec spec in (ProbeSpec[])[Probe.Method(() => Iteration.Count(0)), Probe.Method(() => AsyncIteration.Count(0)), Probe.Method(() => Iteration.Count(0)).EachResumption()])
        {
            ProbeHandle handle = await session.AttachAsync(spec);
            Assert.Equal(ProbeState.Armed, handle.State);
            ProbeCoverage could = session.CanAttach(spec);
            Assert.Equal(could.Notes, handle.Coverage.Notes);
            Assert.Equal(could.Reached, handle.Coverage.Reached);
            string note = Assert.Single(could.Notes);
            Assert.EndsWith("is one call", note, StringComparison.Ordinal);
            Assert.StartsWith(Assert.Single(could.Reached) + ": each", note, StringComparison.Ordinal);
            Assert.Contains(note, could.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Result_IsATypedError()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ExpressionException error = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Method(() => Iteration.Count(0)).Capture(c => c.Return<bool>())));

        Assert.Contains("returns nothing", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, Iteration.Count(4).Sum());
    }

    [Fact]
    public async Task Aggregates_CountEnumerations()
    {
        static void Run() => Assert.Equal([0, 1, 3], ((int[])[1, 2, 3]).Select(static upTo => Iteration.Count(upTo).Sum()));
        ProbeSpec spec = Probe.Method(() => Iteration.Count(0));

        Assert.Equal(3, (await Watch.AggregateAsync(spec.Count(), Run)).Total);
        Assert.Equal(2, (await Watch.AggregateAsync(spec.When(c => c.Arg<int>(0) > 1).Count(), Run)).Total);
        Assert.Equal(1, (await Watch.AggregateAsync(spec.CountBy(c => c.Arg<int>(0)), Run))[2]);
        Assert.Equal(3, (await Watch.AggregateAsync(spec.Histogram(c => c.Duration), Run)).Count);
        Assert.Equal(3, (await Watch.AggregateAsync(spec.OnReturn().Count(), Run)).Total);
    }

    private static async Task FailsAsync<TException>(ProbeSpec spec, string message, Func<int> run, bool stopped = false)
        where TException : Exception
    {
        (IReadOnlyList<ProbeEvent<string>> events, _) = await Watch.TypedAsync(
            spec.Capture(c => c.Exception!.Message),
            () => Assert.Equal(message, Assert.Throws<TException>(() => { _ = run(); }).Message));

        ProbeEvent<string> only = Assert.Single(events);
        Assert.Equal((true, stopped, message), (only.Event.Failed, only.Event.Stopped, only.Value));
    }

    private sealed record Started(string Prefix, int Count);
}
