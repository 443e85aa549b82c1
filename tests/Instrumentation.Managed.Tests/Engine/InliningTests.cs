using Instrumentation.Events;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Callers that hold an optimized copy of the probed method. Alone: the runtime optimizes when no new code has come for a while.</summary>
[Collection(AloneCollection.Name)]
public sealed class InliningTests
{
    private const int Calls = 1000;

    [Fact]
    public Task Attach_CalleeInlinedIntoTier1Caller_CountsEveryCallAndNoneAfterDetach() =>
        CountsThroughInlining(Inlining.CallSmall, nameof(Inlining.CallSmall), Probe.Method(() => Inlining.Small(0)));

    [Fact]
    public Task Attach_AggressiveInliningCallee_CountsEveryCallAndNoneAfterDetach() =>
        CountsThroughInlining(Inlining.CallForced, nameof(Inlining.CallForced), Probe.Method(() => Inlining.Forced(0)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attach_ToCalleeThatAProbedCallerHasInlined_KeepsTheCallersProbe(bool asEvents)
    {
        await WarmUpAsync(Inlining.CallSmall, nameof(Inlining.CallSmall));
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Inlining.CallSmall(0));
        ProbeHandle outer = asEvents ? await Watch.AttachAsync(session, spec) : await Watch.CountAsync(session, spec);

        // The caller's woven body has a copy of the callee before the callee's probe comes, which makes the runtime compile the caller anew.
        await WarmUpAsync(Inlining.CallSmall, nameof(Inlining.CallSmall));
        long before = outer.Statistics.Hits;
        AggregateHandle<CountSnapshot> inner = await Watch.CountAsync(session, Probe.Method(() => Inlining.Small(0)));
        Assert.Equal(Calls, Inlining.CallSmall(Calls));
        Assert.Equal((before + 1, Calls), (outer.Statistics.Hits, inner.Read().Total));

        await inner.DisposeAsync();
        Assert.Equal(Calls, Inlining.CallSmall(Calls));
        Assert.Equal((before + 2, Calls), (outer.Statistics.Hits, inner.Read().Total));

        // And in the other order: the caller's probe goes first, and the caller's old machine code, with its copy of the callee, must not come back.
        AggregateHandle<CountSnapshot> again = await Watch.CountAsync(session, Probe.Method(() => Inlining.Small(0)));
        Assert.Equal(Calls, Inlining.CallSmall(Calls));
        await outer.DisposeAsync();
        Assert.Equal(Calls, Inlining.CallSmall(Calls));
        Assert.Equal((before + 3, 2 * Calls), (outer.Statistics.Hits, again.Read().Total));

        // With the last probe it does.
        await again.DisposeAsync();
        await WarmUpAsync(Inlining.CallSmall, nameof(Inlining.CallSmall));
    }

    [Fact]
    public async Task Detach_OfACallerWhoseCalleeIsProbed_KeepsTheCalleesProbe()
    {
        await WarmUpAsync(Inlining.CallForced, nameof(Inlining.CallForced));
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> inner = await Watch.CountAsync(session, Probe.Method(() => Inlining.Forced(0)));
        for (int i = 1; i <= 3; i++)
        {
            AggregateHandle<CountSnapshot> outer = await Watch.CountAsync(session, Probe.Method(() => Inlining.CallForced(0)));
            await outer.DisposeAsync();
            Assert.Equal(Calls, Inlining.CallForced(Calls));
            Assert.Equal((i * Calls, 0), (inner.Read().Total, outer.Read().Total));
        }

        await inner.DisposeAsync();
        await WarmUpAsync(Inlining.CallForced, nameof(Inlining.CallForced));
    }

    [Fact]
    public async Task Detach_WhileAnotherMethodIsProbed_LetsTheMethodBeInlinedAgain()
    {
        await WarmUpAsync(Inlining.CallSmall, nameof(Inlining.CallSmall));
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> other = await Watch.CountAsync(session, Probe.Method(() => Busy.FromThreads(0)));
        AggregateHandle<CountSnapshot> small = await Watch.CountAsync(session, Probe.Method(() => Inlining.Small(0)));
        Assert.Equal(Calls, Inlining.CallSmall(Calls));
        await small.DisposeAsync();

        await WarmUpAsync(Inlining.CallSmall, nameof(Inlining.CallSmall));
        Assert.Equal((Calls, ProbeState.Armed), (small.Read().Total, other.State));
    }

    private static async Task CountsThroughInlining(Func<int, int> call, string caller, ProbeSpec spec)
    {
        await WarmUpAsync(call, caller);
        await using InstrumentationSession session = await Watch.StartAsync();

        AggregateHandle<CountSnapshot> count = await Watch.CountAsync(session, spec);
        Assert.Equal(Calls, call(Calls));
        Assert.Equal(Calls, count.Read().Total);
        int slot = count.Runtime.Slot;
        await count.DisposeAsync();

        long counted = WovenCells.Sum(slot);
        Assert.Equal(Calls, call(Calls));
        Assert.Equal(counted, WovenCells.Sum(slot));
        Assert.Equal(Calls, count.Read().Total);
        await WarmUpAsync(call, caller);
    }

    /// <summary>Until the caller is at tier 1 and holds a copy of the callee, as the callee's own stack frame shows.</summary>
    private static async Task WarmUpAsync(Func<int, int> call, string caller)
    {
        await Watch.ReachedAsync(
            () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    call(100);
                }

                return Inlining.IsInlined(() => call(1), caller);
            },
            $"{caller} inlines its callee");
    }
}
