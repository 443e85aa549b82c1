using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Calls that began before the attach and go on in code that has the probed method inlined: the probe says so until they have ended.</summary>
[Collection(AloneCollection.Name)]
public sealed class OldCallTests
{
    // How the method that goes on was compiled: at once with optimization, or while it ran (on-stack replacement).
    [Theory]
    [InlineData(nameof(Loops.Optimized))]
    [InlineData(nameof(Loops.Replaced))]
    public async Task Attach_CalleeInlinedIntoARunningLoop_IsPartialUntilTheLoopEnds(string loop)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        Thread thread = await StartAsync(loop);
        AggregateHandle<CountSnapshot> count;
        try
        {
            count = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());

            Assert.Equal(ProbeState.Partial, count.State);
            CoverageGap gap = Assert.Single(count.Coverage.Gaps);
            Assert.False(gap.Blind);
            Assert.Contains(nameof(Loops.Step), gap.Place, StringComparison.Ordinal);
            Assert.Contains($"Loops::{loop} that began before the attach still runs code that may have it inlined", gap.Reason, StringComparison.Ordinal);

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
        Loops.RunOnce(loop);
        Assert.True(count.Read().Total > 0, "a new call of the loop is seen");
    }

    [Fact]
    public async Task Attach_LoopBeganAfterAnotherAttach_IsArmedForWhatThatOneKeepsOutOfLine()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<CountSnapshot> first = await Watch.CountAsync(session, Probe.Method(typeof(Loops), nameof(Loops.Step)));
        Thread thread = await StartAsync(nameof(Loops.Optimized));
        try
        {
            AggregateHandle<CountSnapshot> second = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.StepApart)).Count());
            Assert.True(second.State == ProbeState.Armed, second.Coverage.ToString());
            Assert.True(first.State == ProbeState.Armed, first.Coverage.ToString());
            Assert.True(first.Read().Total > 0);
        }
        finally
        {
            Loops.Stop = true;
            Assert.True(thread.Join(Watch.Limit));
        }
    }

    [Fact]
    public async Task Attach_AfterTheEndOfAProbeThatTheLoopHasInlined_IsArmed()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.CountAsync(session, Probe.Method(() => Probed.Busy.Counted(0)));
        Thread thread = await StartAsync(nameof(Loops.Optimized));
        try
        {
            AggregateHandle<CountSnapshot> gone = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, gone.State);
            await gone.DisposeAsync();

            // The end may have the loop compiled anew once more: that is not because of the next probe.
            AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.StepApart)).Count());
            Assert.True(count.State == ProbeState.Armed, count.Coverage.ToString());

            AggregateHandle<CountSnapshot> again = await session.AttachAsync(Probe.Method(typeof(Loops), nameof(Loops.Step)).Count());
            Assert.Equal(ProbeState.Partial, again.State);
        }
        finally
        {
            Loops.Stop = true;
            Assert.True(thread.Join(Watch.Limit));
        }
    }

    [Fact]
    public async Task Attach_SeveralMethods_NamesTheCallerAsThePlace()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        Thread thread = await StartAsync(nameof(Loops.Optimized));
        try
        {
            ProbeHandle handle = await session.AttachAsync(Probe.Methods("*OldCallTests+Loops::Step*").OnEntry());
            Assert.True(handle.State == ProbeState.Partial, handle.Coverage.ToString());
            Assert.Equal(2, handle.Coverage.Reached.Count);
            Assert.EndsWith("Loops::Optimized", Assert.Single(handle.Coverage.Gaps).Place, StringComparison.Ordinal);
            await handle.DisposeAsync();
            Assert.Equal(ProbeState.Detached, handle.State);
            Assert.Empty(handle.Coverage.Gaps);
        }
        finally
        {
            Loops.Stop = true;
            Assert.True(thread.Join(Watch.Limit));
        }
    }

    private static async Task<Thread> StartAsync(string loop)
    {
        Loops.Stop = false;
        int before = Loops.Rounds;
        Thread thread = new(() => Loops.Run(loop)) { IsBackground = true };
        thread.Start();

        // Long enough for the code of a loop that began without optimization to be replaced.
        await Watch.ReachedAsync(() => Loops.Rounds - before > 200, "the loop runs");
        await Task.Delay(500);
        return thread;
    }

    private static class Loops
    {
        private const int StepsOfARound = 100_000;

        public static volatile bool Stop;
        public static volatile int Rounds;

        public static void Run(string loop)
        {
            if (loop == nameof(Optimized))
            {
                Optimized();
            }
            else
            {
                Replaced();
            }
        }

        public static void RunOnce(string loop)
        {
            Stop = true;
            Run(loop);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Optimized()
        {
            int value = 0;
            do
            {
                for (int i = 0; i < StepsOfARound; i++)
                {
                    value = Step(value);
                }

                Rounds += 1 + (value & 0);
            }
            while (!Stop);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Replaced()
        {
            int value = 0;
            do
            {
                for (int i = 0; i < StepsOfARound; i++)
                {
                    value = Step(value);
                }

                Rounds += 1 + (value & 0);
            }
            while (!Stop);
        }

        public static int Step(int value) => value + 1;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int StepApart(int value) => value + 1;
    }
}
