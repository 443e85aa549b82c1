using System.Diagnostics;
using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>Sessions with a budget: costly probes are reduced, told, and restored; others are left alone. Not beside other tests: processor time is measured.</summary>
[Collection(AloneCollection.Name)]
public sealed class GovernorTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Storm_OfTwentyMillionCallsASecond_IsWithinOnePercentAfterASecond()
    {
        using StormLoad load = new();
        long before = Stopwatch.GetTimestamp();
        await Task.Delay(1000);
        (double calls, double bare) = load.Since(before);
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { CpuPercent = 1 });
        ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Storm.Step(0, 0)).Capture(c => new { Left = c.Arg<int>(0), c.Duration }));
        long attached = MonotonicClock.Now;
        await Task.Delay(1000);
        long second = Stopwatch.GetTimestamp();
        SessionCost cost = session.Governor!.Cost;
        ProbeLevel level = handle.Level;
        await Task.Delay(2500);
        (_, double governed) = load.Since(second);

        Print(session);
        output.WriteLine($"bare {calls:N0} calls/s, {bare:F3} of its twin's time, with the governor {governed:F3}: throughput {bare / governed:F3}; after a second {cost}; {handle.Statistics.Cost}");
        output.WriteLine(handle.Coverage.ToString());
        Assert.InRange(calls, 2e6, 50e6);
        Assert.True(cost.CpuPercent <= 1, cost.ToString());
        Assert.Equal(ProbeLevel.Off, level);
        Assert.Contains("overhead budget", Assert.Single(handle.Coverage.Gaps, static gap => gap.Reason.Contains("budget")).Reason);
        Assert.Equal(ProbeState.Blind, handle.State);
        Assert.InRange(session.Governor.History[0].Timestamp - attached, -10_000_000, 1_000_000_000);
        Assert.True(bare / governed >= 0.97, $"{bare / governed:P1} of the throughput are left");
    }

    [Fact]
    public async Task EventsPerSecond_BeyondTheBudget_OnlyTheCostlyProbeIsSampled()
    {
        const double Most = 4000;
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { EventsPerSecond = Most });
        ProbeHandle busy = await session.AttachAsync(Probe.Method(() => Tuned.Rated(0)).OnEntry());
        ProbeHandle quiet = await session.AttachAsync(Probe.Method(() => Storm.Rare(0)).Capture(c => new { Value = c.Arg<int>(0) }));
        await CallAsync(TimeSpan.FromSeconds(2.5), perMillisecond: 20, rareEvery: 20);

        Print(session);
        output.WriteLine($"{session.Governor!.Cost}; {busy.Statistics}; {quiet.Statistics}");
        GovernorStep step = session.Governor.History[0];
        Assert.Equal((busy.Id, ProbeLevel.Full, ProbeLevel.Sampled, true), (step.Probe.Id, step.From, step.To, step.IsDown));
        Assert.All(session.Governor.History, one => Assert.Same(busy, one.Probe));
        Assert.Equal(ProbeState.Partial, busy.State);
        Assert.Contains($"1 of {session.Governor.History[^1].Every} by the overhead budget", Assert.Single(busy.Coverage.Gaps).Reason);
        Assert.Equal((ProbeState.Armed, ProbeLevel.Full), (quiet.State, quiet.Level));
        Assert.Equal(quiet.Statistics.Passed, quiet.Statistics.Emitted + quiet.Statistics.Lost);
        Assert.Equal(busy.Statistics.Passed, busy.Statistics.Emitted + busy.Statistics.Lost + busy.Statistics.Suppressed);
        Assert.True(session.Governor.Cost.EventsPerSecond <= Most, session.Governor.Cost.ToString());
    }

    [Fact]
    public async Task BytesPerSecond_BeyondTheBudget_AreBroughtUnderIt()
    {
        const double Most = 100_000;
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { BytesPerSecond = Most });
        ProbeHandle busy = await session.AttachAsync(Probe.Method(() => Tuned.Rated(0)).Capture(c => new { Value = c.Arg<int>(0), c.Duration }));
        await CallAsync(TimeSpan.FromSeconds(2.5), perMillisecond: 20, rareEvery: 0);

        Print(session);
        output.WriteLine($"{session.Governor!.Cost}");
        Assert.Equal(ProbeLevel.Sampled, busy.Level);
        Assert.Contains("bytes a second", session.Governor.History[0].Reason);
        Assert.InRange(session.Governor.Cost.BytesPerSecond, 1, Most);
    }

    [Fact]
    public async Task Calm_AfterAStorm_TheProbeIsRestoredLevelByLevel()
    {
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { EventsPerSecond = 2000 });
        ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Tuned.Rated(0)).OnEntry());
        List<GovernorStep> seen = [];
        Task reader = Task.Run(async () =>
        {
            await foreach (GovernorStep step in session.Governor!.Steps)
            {
                seen.Add(step);
            }
        });
        await CallAsync(TimeSpan.FromSeconds(1), perMillisecond: 60, rareEvery: 0);
        Assert.Equal(ProbeLevel.Sampled, handle.Level);
        Stopwatch calm = Stopwatch.StartNew();
        while (handle.Level != ProbeLevel.Full && calm.Elapsed < TimeSpan.FromSeconds(15))
        {
            Tuned.Rated(1);
            await Task.Delay(20);
        }

        Print(session);
        Assert.Equal((ProbeLevel.Full, ProbeState.Armed), (handle.Level, handle.State));
        Assert.Equal(ProbeLevel.Full, session.Governor!.History[^1].To);
        Assert.All(session.Governor.History.Skip(1).Zip(session.Governor.History), pair => Assert.True(pair.Second.IsDown || pair.First.Timestamp - pair.Second.Timestamp >= 1_900_000_000, $"{pair.Second} then {pair.First}"));
        long before = handle.Statistics.Emitted;
        for (int i = 0; i < 10; i++)
        {
            Tuned.Rated(i);
        }

        Assert.Equal(before + 10, handle.Statistics.Emitted);
        await session.DisposeAsync();
        await reader.WaitAsync(Watch.Limit);
        Assert.Equal(session.Governor.History, seen);
    }

    [Fact]
    public async Task Off_WhenTheStormIsOver_IsTriedAndRestored()
    {
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { CpuPercent = 1 });
        ProbeHandle handle;
        using (StormLoad load = new())
        {
            handle = await session.AttachAsync(Probe.Method(() => Storm.Step(0, 0)).When(c => c.Arg<int>(0) != 12345).OnEntry());
            await Watch.ReachedAsync(() => handle.Level == ProbeLevel.Off, "the probe is off");
        }

        Stopwatch calm = Stopwatch.StartNew();
        while (handle.Level != ProbeLevel.Full && calm.Elapsed < Watch.Limit)
        {
            _ = Storm.Run(10, 1);
            await Task.Delay(5);
        }

        Print(session);
        output.WriteLine($"{handle.Coverage} {handle.Statistics} {session.Governor!.Cost}");
        long before = handle.Statistics.Emitted;
        _ = Storm.Run(10, 1);
        Assert.Equal(before + 10, handle.Statistics.Emitted);
        Assert.Contains(session.Governor!.History, static step => step is { From: ProbeLevel.Off, To: ProbeLevel.Counted, IsDown: false });
    }

    [Fact]
    public async Task Counted_CountsTheHitsAndNothingElse_AndAnUpdateStaysReduced()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Tuned.Rated(0)).OnCall());
        Call(10);
        Assert.True(handle.TryReduce(ProbeReduction.Counted, ProbeReduction.Counted, "a test"));
        Call(100);
        Assert.Equal((110, 110, 10, 100), Counts(handle));
        await handle.UpdateAsync(static spec => spec.When(c => c.Arg<int>(0) < 0));
        Call(1000);
        Assert.Equal((1110, 110, 10, 100), Counts(handle));
        Assert.True(handle.TryReduce(ProbeReduction.None, ProbeReduction.None, "a test"));
        Call(10);
        _ = Tuned.Rated(-1);
        Assert.Equal(11, handle.Statistics.Emitted);
        Assert.True(handle.TryReduce(ProbeReduction.Off, ProbeReduction.Off, "a test"));
        ProbeStatistics before = handle.Statistics;
        Call(10);
        await Assert.ThrowsAsync<ExpressionException>(() => handle.UpdateAsync(static spec => spec.When(c => c.Arg<string>(0) == "text")));
        await handle.UpdateAsync(static spec => spec.Always());
        Call(10);
        Assert.Equal(before, handle.Statistics);
        Assert.True(handle.TryReduce(ProbeReduction.Sampled(4), ProbeReduction.Sampled(4), "a test"));
        Call(400);
        Assert.InRange(handle.Statistics.Emitted - before.Emitted, 99, 101);
        Assert.True(handle.TryReduce(ProbeReduction.None, ProbeReduction.None, "a test"));
        Assert.Equal(ProbeState.Armed, handle.State);
        await handle.DisposeAsync();
        Assert.False(handle.TryReduce(ProbeReduction.Off, ProbeReduction.Off, "a test"));

        static void Call(int times)
        {
            for (int i = 0; i < times; i++)
            {
                _ = Tuned.Rated(i);
            }
        }

        static (long Hits, long Passed, long Emitted, long Suppressed) Counts(ProbeHandle handle) =>
            (handle.Statistics.Hits, handle.Statistics.Passed, handle.Statistics.Emitted, handle.Statistics.Suppressed);
    }

    private static Task<InstrumentationSession> StartAsync(OverheadBudget budget) => InstrumentationSession.StartAsync(new InstrumentationOptions { Budget = budget });

    private void Print(InstrumentationSession session)
    {
        foreach (GovernorStep step in session.Governor!.History)
        {
            output.WriteLine($"{step.Timestamp / 1_000_000} ms: {step}");
        }
    }

    private static Task CallAsync(TimeSpan time, int perMillisecond, int rareEvery) => SteadyLoad.RunAsync(time, perMillisecond, i =>
    {
        _ = Tuned.Rated(i);
        _ = rareEvery > 0 && i % rareEvery == 0 ? Storm.Rare(i) : 0;
    });
}
