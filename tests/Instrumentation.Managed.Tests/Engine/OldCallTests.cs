using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Calls that began before the attach and go on in code that has the probed method inlined: the probe says so until they have ended.</summary>
[Collection(AloneCollection.Name)]
public sealed class OldCallTests
{
    // Whichever test comes first, its loop was compiled while nothing was woven: code that is compiled while the callee is has no copy of it.
    public OldCallTests()
    {
        Loops.Stop = true;
        Loops.Optimized();
        OwnLoops.Optimized();
    }

    // How the method that goes on was compiled: at once with optimization, or while it ran (on-stack replacement).
    [Theory]
    [InlineData(nameof(OwnLoops.Optimized))]
    [InlineData(nameof(OwnLoops.Replaced))]
    public async Task Attach_CalleeInlinedIntoARunningLoop_IsPartialUntilTheLoopEnds(string loop)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        Action run = loop == nameof(OwnLoops.Optimized) ? OwnLoops.Optimized : OwnLoops.Replaced;
        Thread thread = await StartAsync(run);
        AggregateHandle<CountSnapshot> count;
        try
        {
            count = await session.AttachAsync(Probe.Method(typeof(OwnLoops), nameof(OwnLoops.Step)).Count());

            Assert.Equal(ProbeState.Partial, count.State);
            CoverageGap gap = Assert.Single(count.Coverage.Gaps);
            Assert.False(gap.Blind);
            Assert.Contains(nameof(OwnLoops.Step), gap.Place, StringComparison.Ordinal);
            Assert.Contains($"{nameof(OwnLoops)}::{loop} that began before the attach still runs code that may have it inlined", gap.Reason, StringComparison.Ordinal);

            // It is true: the loop goes round and round, and nothing is counted.
            int before = Loops.Rounds;
            await Watch.ReachedAsync(() => Loops.Rounds != before, "the loop goes on");
            Assert.Equal(0, count.Read().Total);

            // And it stays so for as long as the loop runs.
            await Task.Delay(300);
            Assert.Equal(ProbeState.Partial, count.State);
        }
        finally
        {
            Loops.Stop = true;
            Assert.True(thread.Join(Watch.Limit));
        }

        await Watch.ReachedAsync(() => count.State == ProbeState.Armed, "the probe is armed when the loop has ended");
        Assert.Empty(count.Coverage.Gaps);
        run();
        Assert.True(count.Read().Total > 0, "a new call of the loop is seen");
    }

    [Fact]
    public async Task Attach_LoopBeganAfterAnotherAttach_IsArmedForWhatThatOneKeepsOutOfLine()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<CountSnapshot> first = await Watch.CountAsync(session, Probe.Method(typeof(Loops), nameof(Loops.Step)));
        await DuringAsync(Loops.Optimized, async () =>
        {
            AggregateHandle<CountSnapshot> second = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.StepApart)).Count());
            Assert.True(second.State == ProbeState.Armed, second.Coverage.ToString());
            Assert.True(first.State == ProbeState.Armed, first.Coverage.ToString());
            Assert.True(first.Read().Total > 0);
        });
    }

    [Fact]
    public async Task Attach_AfterTheEndOfAProbeThatTheLoopHasInlined_IsArmed()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.CountAsync(session, Probe.Method(() => Probed.Busy.Counted(0)));
        await DuringAsync(Loops.Optimized, async () =>
        {
            AggregateHandle<CountSnapshot> gone = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, gone.State);
            await gone.DisposeAsync();

            // The end may have the loop compiled anew once more: that is not because of the next probe.
            AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.StepApart)).Count());
            Assert.True(count.State == ProbeState.Armed, count.Coverage.ToString());

            AggregateHandle<CountSnapshot> again = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, again.State);
        });
    }

    // The end of a probe has callers compiled anew, too: what comes of that is told from what the next probe asks for.
    [Fact]
    public async Task Attach_AfterTheEndOfAProbe_IsToldByItsOwnCalleesOnly()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.CountAsync(session, Probe.Method(() => Probed.Busy.Counted(0)));
        await DuringAsync(Loops.Optimized, async () =>
        {
            AggregateHandle<CountSnapshot> gone = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, gone.State);
            await gone.DisposeAsync();
            AggregateHandle<CountSnapshot> generic = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Generic)).Count());
            Assert.True(generic.State == ProbeState.Armed, generic.Coverage.ToString());
            await generic.DisposeAsync();
            AggregateHandle<CountSnapshot> again = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, again.State);
            await again.DisposeAsync();
            AggregateHandle<CountSnapshot> other = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Other)).Count());
            Assert.Equal(ProbeState.Partial, other.State);
        });
    }

    // The runtime names a precompiled caller no more once the caller itself is woven, in code that has no copy of the callee, though the call under way runs the precompiled code still.
    [Fact]
    public async Task Attach_AgainWhilePrecompiledCodeOfAWovenCallerHoldsACopy_IsPartialAgain()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        using ManualResetEventSlim comparing = new();
        using ManualResetEventSlim go = new();
        Comparer<object> waiting = Comparer<object>.Create((left, right) =>
        {
            comparing.Set();
            go.Wait();
            return ((int)left).CompareTo((int)right);
        });
        int found = -1;
        Thread thread = new(() => found = Array.BinarySearch((Array)new object[] { 1, 2, 3, 4 }, 3, waiting)) { IsBackground = true };
        thread.Start();
        try
        {
            Assert.True(comparing.Wait(Watch.Limit));
            ProbeSpec callee = Probe.Method("System.Private.CoreLib!System.Array::GetMedian");
            AggregateHandle<CountSnapshot> first = await session.AttachAsync(callee.Count());
            AssertHeldBySearch(first);
            AggregateHandle<CountSnapshot> caller = await session.AttachAsync(Probe.Method("System.Private.CoreLib!System.Array::BinarySearch(System.Array, int, int, object, System.Collections.IComparer)").Count());
            await first.DisposeAsync();
            AssertHeldBySearch(await session.AttachAsync(callee.Count()));
            Assert.Equal(0, caller.Read().Total);
        }
        finally
        {
            go.Set();
            Assert.True(thread.Join(Watch.Limit));
        }

        Assert.Equal(2, found);
    }

    [Fact]
    public async Task Attach_SeveralMethods_NamesTheCallerAsThePlace()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await DuringAsync(Loops.Optimized, async () =>
        {
            ProbeHandle handle = await session.AttachAsync(Probe.Methods("*OldCallTests+Loops::Step*").OnEntry());
            Assert.True(handle.State == ProbeState.Partial, handle.Coverage.ToString());
            Assert.Equal(2, handle.Coverage.Reached.Count);
            Assert.EndsWith("Loops::Optimized", Assert.Single(handle.Coverage.Gaps).Place, StringComparison.Ordinal);
            await handle.DisposeAsync();
            Assert.Equal(ProbeState.Detached, handle.State);
            Assert.Empty(handle.Coverage.Gaps);
        });
    }

    private static void AssertHeldBySearch(AggregateHandle<CountSnapshot> count)
    {
        Assert.True(count.State == ProbeState.Partial, count.Coverage.ToString());
        Assert.Contains("System.Array::BinarySearch that began before", Assert.Single(count.Coverage.Gaps).Reason, StringComparison.Ordinal);
    }

    // Runs something while a loop runs on a thread of its own, which ends with it.
    private static async Task DuringAsync(Action loop, Func<Task> run)
    {
        Thread thread = await StartAsync(loop);
        try
        {
            await run();
        }
        finally
        {
            Loops.Stop = true;
            Assert.True(thread.Join(Watch.Limit));
        }
    }

    private static async Task<Thread> StartAsync(Action loop)
    {
        Loops.Stop = false;
        int before = Loops.Rounds;
        Thread thread = new(() => loop()) { IsBackground = true };
        thread.Start();

        // Long enough for the code of a loop that began without optimization to be replaced.
        await Watch.ReachedAsync(() => Loops.Rounds - before > 200, "the loop runs");
        await Task.Delay(500);
        return thread;
    }

    /// <summary>Loops that run until they are told to stop, and at least one round.</summary>
    private static class Loops
    {
        public const int StepsOfARound = 100_000;

        public static volatile bool Stop;
        public static volatile int Rounds;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Optimized()
        {
            int value = 0;
            do
            {
                for (int i = 0; i < StepsOfARound; i++)
                {
                    value = Other(Step(value));
                }

                Rounds += 1 + (value & 0);
            }
            while (!Stop);
        }

        public static int Step(int value) => value + 1;

        public static int Other(int value) => value - 1;

        public static T Generic<T>(T value) => value;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int StepApart(int value) => value + 1;
    }

    /// <summary>
    /// Loops of which no other test probes the callee. After such a probe a loop may have been compiled anew without a copy of it, and may be told as one that has.
    /// </summary>
    private static class OwnLoops
    {
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Optimized()
        {
            int value = 0;
            do
            {
                for (int i = 0; i < Loops.StepsOfARound; i++)
                {
                    value = Step(value);
                }

                Loops.Rounds += 1 + (value & 0);
            }
            while (!Loops.Stop);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Replaced()
        {
            int value = 0;
            do
            {
                for (int i = 0; i < Loops.StepsOfARound; i++)
                {
                    value = Step(value);
                }

                Loops.Rounds += 1 + (value & 0);
            }
            while (!Loops.Stop);
        }

        public static int Step(int value) => value + 1;
    }
}
