using Instrumentation.Events;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Callers that hold an optimized copy of the probed method.</summary>
public sealed class InliningTests
{
    private const int Calls = 1000;

    [Fact]
    public Task Attach_CalleeInlinedIntoTier1Caller_CountsEveryCallAndNoneAfterDetach() =>
        CountsThroughInlining(Inlining.CallSmall, nameof(Inlining.CallSmall), Probe.Method(() => Inlining.Small(0)));

    [Fact]
    public Task Attach_AggressiveInliningCallee_CountsEveryCallAndNoneAfterDetach() =>
        CountsThroughInlining(Inlining.CallForced, nameof(Inlining.CallForced), Probe.Method(() => Inlining.Forced(0)));

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
