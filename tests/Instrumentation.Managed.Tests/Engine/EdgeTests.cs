using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>What each edge reports, one fact a test.</summary>
public sealed class EdgeTests
{
    [Theory]
    [InlineData(ProbeEdge.Entry, 3)]
    [InlineData(ProbeEdge.Return, 2)]
    [InlineData(ProbeEdge.Throw, 1)]
    [InlineData(ProbeEdge.Call, 3)]
    [InlineData(ProbeEdge.Return | ProbeEdge.Throw, 3)]
    public async Task Edge_TwoReturnsAndOneThrow_ReportsItsMoments(ProbeEdge edge, int expected)
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Outcomes.Positive(0)) with { Edge = edge }, static () =>
        {
            Assert.Equal(5, Outcomes.Positive(5));
            Assert.Equal(-1, Assert.Throws<ArgumentOutOfRangeException>(() => Outcomes.Positive(-1)).ActualValue);
            Assert.Equal(6, Outcomes.Positive(6));
        });

        Assert.Equal(expected, events.Count);
        Assert.All(events, one => Assert.True((edge & one.Edge) == one.Edge));
        Assert.Equal(edge.HasFlag(ProbeEdge.Throw) || edge == ProbeEdge.Call ? 1 : 0, events.Count(static one => one.Failed));
    }

    [Theory]
    [InlineData(ProbeEdge.Entry | ProbeEdge.Return)]
    [InlineData(ProbeEdge.Entry | ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Call | ProbeEdge.Return)]
    [InlineData(ProbeEdge.Catch | ProbeEdge.Throw)]
    public async Task Edge_CombinationThatMeansNothing_IsRefused(ProbeEdge edge)
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        SpecException error = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Method(() => Outcomes.Positive(0)) with { Edge = edge }));
        Assert.Contains("second probe", error.Mend, StringComparison.Ordinal);
        Assert.Empty(session.Probes);
    }

    [Fact]
    public async Task OnReturnOrThrow_GivesEachCallItsOwnEdge()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Outcomes.WithFinally(0)).OnReturn().OrThrow(), static () =>
        {
            int cleanups = Outcomes.Cleanups;
            Assert.Equal(2, Outcomes.WithFinally(1));
            Assert.Throws<InvalidOperationException>(() => Outcomes.WithFinally(-1));
            Assert.Equal(cleanups + 2, Outcomes.Cleanups);
        });

        Assert.Equal([ProbeEdge.Return, ProbeEdge.Throw], events.Select(static one => one.Edge));
        Assert.Equal([false, true], events.Select(static one => one.Failed));
    }

    [Fact]
    public async Task OnCall_HasADuration_AndStartIsBeforeTheEnd()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Local), nameof(Local.Sleep)), static () => Local.Sleep(20));

        ProbeEvent only = Assert.Single(events);
        Assert.InRange(only.Duration, TimeSpan.FromMilliseconds(19), Watch.Limit);
        Assert.InRange(only.Timestamp - only.Start, 19_000_000, (long)Watch.Limit.TotalNanoseconds);
    }

    [Fact]
    public async Task OnCatch_NestedHandlersAndFilters_ReportsTheHandlersThatWereEntered()
    {
        ProbeSpec spec = Probe.Method(() => Outcomes.Catches(0)).OnCatch();
        int[] expected = [0, 1, 1, 1, 0];
        string[] results = ["none", "inner", "filtered", "outer", "TimeoutException"];
        for (int kind = 0; kind < 5; kind++)
        {
            string? result = null;
            IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(spec, () => result = Try(() => Outcomes.Catches(kind)));
            Assert.Equal(results[kind], result);
            Assert.True(expected[kind] == events.Count, $"kind {kind}: {events.Count} events");
            Assert.All(events, static one => Assert.Equal(ProbeEdge.Catch, one.Edge));
        }
    }

    [Fact]
    public async Task OnCatch_Rethrow_IsReportedOnce_AndTheThrowLeavesOnce()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Outcomes.Rethrows(0)).OnCatch());
        await Watch.AttachAsync(session, Probe.Method(() => Outcomes.Rethrows(0)).OnThrow());
        await Watch.AttachAsync(session, Probe.Method(() => Outcomes.Rethrows(0)).OnCall());
        Assert.Equal("not positive", Assert.Throws<ArgumentException>(() => Outcomes.Rethrows(-1)).Message);
        Assert.Equal(2, Outcomes.Rethrows(2));

        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.Equal(
            [ProbeEdge.Catch, ProbeEdge.Call, ProbeEdge.Throw, ProbeEdge.Call],
            events.Select(static one => one.Edge));
        Assert.Equal([false, true, true, false], events.Select(static one => one.Failed && one.Edge != ProbeEdge.Catch));
    }

    [Fact]
    public async Task OnThrow_WrappedException_ReportsTheOneThatLeaves()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Outcomes.Wraps(0)).OnThrow(), static () =>
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Outcomes.Wraps(-1));
            Assert.Equal("not positive", Assert.IsType<ArgumentException>(error.InnerException).Message);
        });

        Assert.Single(events);
    }

    [Fact]
    public async Task OnThrow_FinallyReplacesTheException_ReportsOneThrow()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(() => Outcomes.Replaces()).OnThrow(),
            static () => Assert.Equal("second", Assert.Throws<TimeoutException>(Outcomes.Replaces).Message));

        Assert.Single(events);
    }

    [Fact]
    public async Task OnCatch_InALoop_ReportsEachTime()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(() => Outcomes.CatchesInLoop(0)).OnCatch(),
            static () => Assert.Equal(5, Outcomes.CatchesInLoop(10)));

        Assert.Equal(5, events.Count);
    }

    [Fact]
    public async Task OnCatch_AsyncMethod_ReportsTheHandlerOfTheSource()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Outcomes.CatchesAsync(default!)).OnCatch(), static async () =>
        {
            Assert.Equal("after the await", await Outcomes.CatchesAsync(Task.CompletedTask));
            Assert.Equal("after the await", await Outcomes.CatchesAsync(Task.Delay(5)));
        });

        Assert.Equal(2, events.Count);
        Assert.All(events, static one => Assert.Equal("Probed.Outcomes::CatchesAsync", one.Site));
    }

    [Fact]
    public async Task OnThrow_ExceptionCaughtByOuterFilter_HookRunsWhenTheFrameIsLeft()
    {
        List<string> order = [];
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Local), nameof(Local.Thrower)).OnThrow(), () =>
        {
            try
            {
                Local.Thrower(order);
            }
            catch (FormatException) when (Note(order, "filter"))
            {
                order.Add("handler");
            }
        });

        Assert.Single(events);
        Assert.Equal(["filter", "finally", "handler"], order);
    }

    private static bool Note(List<string> order, string what)
    {
        order.Add(what);
        return true;
    }

    private static string Try(Func<string> call)
    {
        try
        {
            return call();
        }
        catch (Exception error)
        {
            return error.GetType().Name;
        }
    }

    private static class Local
    {
        public static void Sleep(int milliseconds) => Thread.Sleep(milliseconds);

        public static void Thrower(List<string> order)
        {
            try
            {
                throw new FormatException();
            }
            finally
            {
                order.Add("finally");
            }
        }
    }
}
