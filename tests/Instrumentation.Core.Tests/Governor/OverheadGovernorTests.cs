using System.Diagnostics.Tracing;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Governor;

namespace Instrumentation.Core.Tests.Governor;

/// <summary>The governor of a session over hooks that the tests call: what it tells, and that it survives what goes wrong.</summary>
[Collection(ProcessWideCollection.Name)]
public sealed class OverheadGovernorTests
{
    private static readonly OverheadBudget Events = new() { EventsPerSecond = 100 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_WithoutABudget_HasNoGovernorAndNoCosts()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("free"), Cancellation);
        Assert.Null(session.Governor);
        Assert.Null(probe.Statistics.Cost);
        Assert.Equal(ProbeLevel.Full, probe.Level);
    }

    [Theory]
    [InlineData(0.0, null, null)]
    [InlineData(double.NaN, null, null)]
    [InlineData(null, 0.0, null)]
    [InlineData(null, null, -1.0)]
    [InlineData(null, double.PositiveInfinity, null)]
    public async Task Budget_OutOfRange_IsRefused(double? cpu, double? events, double? bytes) =>
        await Assert.ThrowsAsync<SpecException>(() => FakeSession.StartAsync(new InstrumentationOptions { Budget = new OverheadBudget { CpuPercent = cpu, EventsPerSecond = events, BytesPerSecond = bytes } }));

    [Fact]
    public async Task Step_IsTold_InTheHistoryTheStreamTheStateAndTheEventSource()
    {
        using Listener listener = new();
        FakeBackend backend = new() { Cost = static (_, _) => new HitCost(1, 1) };
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { Budget = Events }, backend);
        ProbeHandle costly = await session.AttachAsync(FakeSession.Spec("costly"), Cancellation);
        ProbeHandle cheap = await session.AttachAsync(FakeSession.Spec("cheap"), Cancellation);
        FakeHook.Hit(cheap);

        // A step is told once it is made, everywhere in turn.
        await HitUntilAsync(costly, () => session.Governor!.History.Count > 0 && listener.Seen.Any(static line => line.StartsWith("costly|", StringComparison.Ordinal)));

        GovernorStep step = Assert.Single(session.Governor!.History);
        Assert.Same(costly, step.Probe);
        Assert.Equal((ProbeLevel.Full, ProbeLevel.Sampled, true), (step.From, step.To, step.IsDown));
        Assert.InRange(step.Every, 2, 4096);
        Assert.Equal((ProbeState.Partial, ProbeState.Armed), (costly.State, cheap.State));
        Assert.Contains($"1 of {step.Every} by the overhead budget: the probes give", Assert.Single(costly.Coverage.Gaps).Reason);
        Assert.True(costly.Statistics.Cost!.Value.HitsPerSecond > 0);
        Assert.Contains(listener.Seen, line => line.StartsWith("costly|full|1 of ", StringComparison.Ordinal));
        await session.DisposeAsync();
        Assert.Equal([step], await FakeSession.ReadAllAsync(session.Governor.Steps));
        Assert.Equal((ProbeState.Detached, ProbeState.Partial), (costly.State, costly.Coverage.State));
    }

    [Fact]
    public async Task Step_ThatCannotBeMade_FallsBackToOff_AndIsReported()
    {
        using Listener listener = new();
        FakeBackend backend = new()
        {
            Cost = static (_, _) => new HitCost(1, 1),
            OnReduce = static (_, reduction) =>
            {
                if (reduction.Level == ProbeLevel.Sampled)
                {
                    throw new SpecException("The reduced probe", "it could not be woven.", "Nothing.");
                }
            },
        };
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { Budget = Events }, backend);
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("stubborn"), Cancellation);
        await HitUntilAsync(probe, () => probe.Level == ProbeLevel.Off);
        Assert.Equal(ProbeState.Blind, probe.State);
        Assert.Contains(listener.Seen, static line => line.Contains("stubborn cannot be changed to 1 of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_OfTheLastSessionWithABudget_EndsTheThread()
    {
        InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { Budget = Events });
        _ = await session.AttachAsync(FakeSession.Spec("one"), Cancellation);
        Assert.True(HasThread());
        await session.DisposeAsync();
        Assert.False(HasThread());
    }

    [Fact]
    public async Task Find_ByNumberAndByName_GivesTheAttachedProbes()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle one = await session.AttachAsync(FakeSession.Spec("one"), Cancellation);
        ProbeHandle other = await session.AttachAsync(FakeSession.Spec("two").Named("one"), Cancellation);
        Assert.Same(other, session.FindProbe(other.Id));
        Assert.Equal([one, other], session.FindProbes("one"));
        await one.DisposeAsync();
        Assert.Null(session.FindProbe(one.Id));
        Assert.Equal([other], session.FindProbes("one"));
    }

    private static async Task HitUntilAsync(ProbeHandle probe, Func<bool> holds) => await FakeSession.UntilAsync(() =>
    {
        for (int i = 0; i < 20; i++)
        {
            FakeHook.Hit(probe);
        }

        return holds();
    });

    private static bool HasThread() => Directory.EnumerateDirectories("/proc/self/task").Any(static task => File.ReadAllText(Path.Combine(task, "comm")).Trim() == GovernorClock.ThreadName);

    private sealed class Listener : EventListener
    {
        private readonly Lock _gate = new();
        private readonly List<string> _seen = [];

        public IReadOnlyList<string> Seen
        {
            get
            {
                lock (_gate)
                {
                    return [.. _seen];
                }
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Instrumentation")
            {
                EnableEvents(eventSource, EventLevel.Warning);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // The base class calls this before the fields of this one are made.
            if (_gate is { } gate)
            {
                lock (gate)
                {
                    _seen.Add(string.Join('|', eventData.Payload ?? new([])));
                }
            }
        }
    }
}
