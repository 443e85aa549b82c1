using System.Diagnostics;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Sampling, rates, hit limits and expiry: what is reported, and that the rest is counted.</summary>
public sealed class LimitTests
{
    private const int Threads = 4;
    private const int Calls = 1000;

    public static TheoryData<ProbeEdge, bool> Edges => new()
    {
        { ProbeEdge.Entry, false },
        { ProbeEdge.Entry, true },
        { ProbeEdge.Return, false },
        { ProbeEdge.Return, true },
        { ProbeEdge.Call, false },
        { ProbeEdge.Call, true },
    };

    [Theory]
    [MemberData(nameof(Edges))]
    public async Task Sample_OneOfTen_ReportsATenthOfEachThreadAndCountsTheRest(ProbeEdge edge, bool conditional)
    {
        ProbeSpec spec = Probe.Method(() => Tuned.Sampled(0)) with { Edge = edge };
        spec = (conditional ? spec.When(c => c.Arg<int>(0) < Calls / 2) : spec).Sample(10);
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, spec);
        await OnThreadsAsync(static i => Tuned.Sampled(i));
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);

        int passed = Threads * Calls / (conditional ? 2 : 1);
        Assert.Equal(passed / 10, events.Count);
        Assert.All(events.GroupBy(static one => one.ThreadId), group => Assert.Equal(passed / 10 / Threads, group.Count()));
        ProbeStatistics seen = handle.Statistics;
        Assert.Equal((passed, passed / 10, passed - (passed / 10), 0), (seen.Passed, seen.Emitted, seen.Suppressed, seen.Lost));
    }

    [Fact]
    public async Task RateLimit_ATightLoop_ReportsAtMostTheRate()
    {
        const int Rate = 2000;
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Tuned.Rated(0)).OnEntry().RateLimit(Rate));
        Stopwatch time = Stopwatch.StartNew();
        int calls = 0;
        while (time.ElapsedMilliseconds < 600)
        {
            Tuned.Rated(calls++);
        }

        double seconds = time.Elapsed.TotalSeconds;
        await handle.DisposeAsync();
        ProbeStatistics seen = handle.Statistics;
        Assert.Equal((calls, calls), (seen.Hits, seen.Passed));
        Assert.Equal(calls, seen.Emitted + seen.Suppressed + seen.Lost);
        Assert.InRange(seen.Emitted, Rate / 10, (Rate * seconds) + (Rate / 10) + 1);
    }

    [Fact]
    public async Task RateLimit_OfLessThanOneASecond_ReportsTheFirstHit()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Tuned.Rated(0)).OnReturn().RateLimit(0.01));
        for (int i = 0; i < 100; i++)
        {
            Tuned.Rated(i);
        }

        Assert.Equal((1, 99), (handle.Statistics.Emitted, handle.Statistics.Suppressed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HitLimit_OnManyThreads_IsExactAndDetaches(bool aggregates)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Tuned.Bounded(0)).HitLimit(777);
        ProbeHandle handle = aggregates ? await session.AttachAsync(spec.Count()) : await session.AttachAsync(spec);
        await OnThreadsAsync(static i => Tuned.Bounded(i));
        await handle.Completion.WaitAsync(Watch.Limit);

        Assert.Equal((ProbeState.Detached, ProbeEnd.HitLimit), (handle.State, handle.End));
        Assert.Empty(session.Probes);
        ProbeStatistics seen = handle.Statistics;
        Assert.Equal(777, seen.Passed - seen.Suppressed);
        if (handle is AggregateHandle<CountSnapshot> count)
        {
            Assert.Equal(777, count.Read().Total);
        }
        else
        {
            Assert.Equal(777, seen.Emitted + seen.Lost);
            Assert.Equal(777, (await Watch.EndAsync(session)).Count);
        }

        Tuned.Bounded(1);
        Assert.Equal(seen, handle.Statistics);
    }

    [Fact]
    public async Task Expiry_WhenItsTimeIsOver_DetachesByItself()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Method(() => Tuned.Expiring(0)).Count().ExpireAfter(TimeSpan.FromMilliseconds(300)));
        Tuned.Expiring(1);
        Assert.Equal((ProbeState.Armed, ProbeEnd.None), (handle.State, handle.End));
        await handle.Completion.WaitAsync(Watch.Limit);
        Tuned.Expiring(2);

        Assert.Equal((ProbeState.Detached, ProbeEnd.Expiry), (handle.State, handle.End));
        Assert.Equal(1, handle.Read().Total);
        await handle.DisposeAsync();
        Assert.Equal(ProbeEnd.Expiry, handle.End);
    }

    [Fact]
    public async Task Limits_ThatMeanNothing_AreRefused()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Tuned.Kept(0));
        ProbeSpec[] wrong = [spec.Sample(0), spec.RateLimit(0), spec.RateLimit(double.NaN), spec.RateLimit(1e10), spec.HitLimit(0), spec.ExpireAfter(TimeSpan.Zero)];
        foreach (ProbeSpec one in wrong)
        {
            Assert.NotEmpty((await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(one))).Mend);
        }

        Assert.Empty(session.Probes);
    }

    private static Task OnThreadsAsync(Action<int> call) => Task.Run(() =>
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                call(i);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    });
}
