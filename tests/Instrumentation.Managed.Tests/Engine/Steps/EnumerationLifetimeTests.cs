using System.Runtime.CompilerServices;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>Enumerations across attach, detach, threads and garbage collections.</summary>
[Collection(AloneCollection.Name)]
public sealed class EnumerationLifetimeTests
{
    private const int Rounds = 20_000;
    private const int AbandonedAtOnce = 4000;

    [Fact]
    public async Task UnderWayAtAttachOrAtDetach_IsNotReported()
    {
        using IEnumerator<int> early = Iteration.Count(3).GetEnumerator();
        using IEnumerator<int> late = Iteration.Count(3).GetEnumerator();
        await using IAsyncEnumerator<int> earlyAsync = AsyncIteration.Count(3).GetAsyncEnumerator();
        await using IAsyncEnumerator<int> lateAsync = AsyncIteration.Count(3).GetAsyncEnumerator();
        Assert.True(early.MoveNext());
        Assert.True(await earlyAsync.MoveNextAsync());
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle[] handles =
        [
            await Watch.AttachAsync(session, Probe.Method(() => Iteration.Count(0))),
            await Watch.AttachAsync(session, Probe.Method(() => AsyncIteration.Count(0)).OnReturn()),
        ];
        Assert.Equal(2, Rest(early));
        Assert.Equal(2, await RestAsync(earlyAsync));
        Assert.True(late.MoveNext());
        Assert.True(await lateAsync.MoveNextAsync());
        await handles[0].DisposeAsync();
        await handles[1].DisposeAsync();
        Assert.Equal(2, Rest(late));
        Assert.Equal(2, await RestAsync(lateAsync));

        Assert.Empty(await Watch.EndAsync(session));
        Assert.All(handles, static handle => Assert.Equal(0, handle.Statistics.Hits));
    }

    [Fact]
    public async Task SeveralProbes_EachSeesItsEnds_AndOneLessDisturbsNoOther()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Iteration.FailsInFinally(0));
        ProbeHandle call = await Watch.AttachAsync(session, spec.Named("call"));
        ProbeHandle step = await Watch.AttachAsync(session, spec.EachResumption().Named("step"));
        ProbeHandle thrown = await Watch.AttachAsync(session, spec.OnThrow().Named("throw"));
        ProbeHandle entry = await Watch.AttachAsync(session, spec.OnEntry().Named("entry"));
        using IEnumerator<int> first = Iteration.FailsInFinally(3).GetEnumerator();
        using IEnumerator<int> second = Iteration.FailsInFinally(0).GetEnumerator();
        Assert.True(first.MoveNext());
        await step.DisposeAsync();
        ProbeHandle late = await Watch.AttachAsync(session, spec.Named("late"));
        Assert.Equal(0, Rest(second));
        Assert.Throws<TimeoutException>(() => Rest(first));
        await thrown.DisposeAsync();
        Assert.Empty(Iteration.FailsInFinally(0));

        string[] seen = [.. (await Watch.EndAsync(session)).Select(static one => $"{one.Probe} {one.Edge}{(one.Failed ? " failed" : "")}")];
        Assert.Equal(
            ["call Call", "call Call", "call Call failed", "entry Entry", "entry Entry", "entry Entry", "late Call", "late Call", "step Call", "throw Throw failed"],
            seen.Order(StringComparer.Ordinal));
        Assert.Equal((3L, 3L, 2L), (call.Statistics.Hits, entry.Statistics.Hits, late.Statistics.Hits));
    }

    [Fact]
    public async Task ChangeWhileEnumerating_EveryEnumerationIsDecidedOnce_AsItBegan()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec<int> spec = Probe.Method(() => Iteration.Count(0)).Capture(c => c.Arg<int>("upTo"));
        ProbeHandle<int> events = await session.AttachAsync(spec);
        AggregateSpec<CountSnapshot> ended = Probe.Method(() => Iteration.Count(0)).Count().When(c => c.Duration >= TimeSpan.Zero);
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(ended);
        using IEnumerator<int> first = Iteration.Count(3).GetEnumerator();
        using IEnumerator<int> second = Iteration.Count(4).GetEnumerator();
        Assert.True(first.MoveNext());
        await events.UpdateAsync(static old => old.When(c => c.Arg<int>("upTo") > 3));
        await count.UpdateAsync(static old => old.Always());
        Assert.True(second.MoveNext());
        Assert.Equal(2, Rest(first));
        second.Dispose();
        Assert.Equal([0, 0], ((int[])[1, 2]).Select(static upTo => Iteration.Count(upTo).First()));
        await count.DisposeAsync();

        IReadOnlyList<ProbeEvent> seen = await Watch.EndAsync(session);
        Assert.Equal([3, 4], seen.Select(static one => one.Fields[0].Value));
        Assert.Equal(4, count.Read().Total);
        Assert.Equal((4, 2), (events.Statistics.Hits, events.Statistics.Passed));
    }

    [Fact]
    public async Task FourThreads_EveryEnumerationIsOneCall_WhereverItEnds()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        AggregateHandle<CountTable<int>> ends = await session.AttachAsync(Probe.Method(() => Iteration.Count(0)).OnReturn().CountBy(c => c.Arg<int>("upTo")));
        ProbeHandle calls = await session.AttachAsync(Probe.Method(() => Iteration.Count(0)).Histogram(c => c.Duration));
        ProbeHandle asynchronous = await session.AttachAsync(Probe.Method(() => AsyncIteration.Count(0)).Histogram(c => c.Duration));
        using Barrier barrier = new(4);
        IEnumerator<int>[] handed = new IEnumerator<int>[4];
        long sum = 0;
        Task[] work = [.. Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () =>
            {
                long mine = 0;
                for (int i = 0; i < Rounds / 4; i++)
                {
                    mine += Iteration.Count(1 + (i % 4)).Sum();
                    mine += Iteration.Count(7).First();
                    if (i % 16 == 0)
                    {
                        // Begun here, ended on the next thread.
                        handed[thread] = Iteration.Count(9).GetEnumerator();
                        handed[thread].MoveNext();
                        Assert.True(barrier.SignalAndWait(Watch.Limit));
                        mine += Rest(handed[(thread + 1) % 4]);
                        Assert.True(barrier.SignalAndWait(Watch.Limit));
                    }

                    if (i % 100 == 0)
                    {
                        mine += RestAsync(AsyncIteration.Count(5).GetAsyncEnumerator()).AsTask().GetAwaiter().GetResult();
                    }
                }

                Interlocked.Add(ref sum, mine);
            },
            TaskCreationOptions.LongRunning))];
        await Task.WhenAll(work).WaitAsync(Watch.Limit);
        await ends.DisposeAsync();
        await calls.DisposeAsync();
        await asynchronous.DisposeAsync();

        int handedOver = 4 * ((Rounds / 4 / 16) + 1);
        Assert.Equal((Rounds / 4 * (0 + 1 + 3 + 6)) + (handedOver * 8) + (Rounds / 100 * 5), sum);
        CountTable<int> table = ends.Read();
        Assert.Equal([Rounds / 4, Rounds / 4, Rounds / 4, Rounds / 4, Rounds, handedOver], ((int[])[1, 2, 3, 4, 7, 9]).Select(key => table[key]));
        Assert.Equal((2L * Rounds) + handedOver, calls.Statistics.Passed);
        Assert.Equal(Rounds / 100, asynchronous.Statistics.Passed);
    }

    [Fact]
    public async Task AttachAndDetachWhileEnumerating_KeepsResults_AndEveryEventIsAWholeCall()
    {
        using CancellationTokenSource stop = new();
        Task<long>[] work = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            long rounds = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(45, Iteration.Count(10).Sum());
                Assert.Equal(["a2", "a21"], Iteration.Texts([], "a", 2));
                if (++rounds % 50 == 0)
                {
                    // Events come no faster than the session keeps them.
                    Thread.Sleep(1);
                }
            }

            return rounds;
        }))];
        await using InstrumentationSession session = await Watch.StartAsync();
        for (int i = 0; i < 50; i++)
        {
            ProbeHandle<int> count = await session.AttachAsync(Probe.Method(() => Iteration.Count(0)).Capture(c => c.Arg<int>("upTo")));
            ProbeHandle<string> texts = await session.AttachAsync(Probe.Method(() => Iteration.Texts(default!, "", 0)).Capture(c => c.Arg<string>("prefix")));
            await Task.Delay(1);
            await count.DisposeAsync();
            await texts.DisposeAsync();
            Assert.Equal((0, 0), (count.Statistics.Faults, texts.Statistics.Faults));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(work), static rounds => Assert.True(rounds > 0));
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.NotEmpty(events);
        Assert.All(events, static one => Assert.Equal(one.Site.EndsWith("Count", StringComparison.Ordinal) ? 10 : (object)"a", one.Fields[0].Value));
        Assert.All(events, static one => Assert.Equal((true, false, false), (one.Suspended, one.Failed, one.Stopped)));
    }

    [Fact]
    public async Task Steps_AllocateNothing_AndEnumerationsNothingMore()
    {
        const int Steps = 100_000;
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        long plain = AllocatedBy(Enumerations);
        ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Iteration.Count(0)).Capture(c => new { UpTo = c.Arg<int>(0), c.Duration }));
        long inSteps = AllocatedBy(static () => _ = Iteration.Count(Steps).Count()) - AllocatedBy(static () => _ = Iteration.Count(1).Count());
        long probed = AllocatedBy(Enumerations);
        await handle.DisposeAsync();

        Assert.Equal(0, inSteps);
        Assert.Equal(plain, probed);
        Assert.Equal(2 * (1000 + 1 + 1), handle.Statistics.Hits);
    }

    [Fact]
    public async Task AbandonedEnumerations_LeaveNothing()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Iteration.Texts(default!, "", 0)).Capture(c => c.Arg<string>("prefix")));
        int before = EnumerationTable.Capacity;
        List<WeakReference> texts = [];
        for (int i = 0; i < 15; i++)
        {
            Abandon(texts);
            GC.Collect();
        }

        // 60,000 in all, of which not many more than 4,000 were alive at a time.
        Assert.InRange(EnumerationTable.Capacity, 0, before + 16384);
        Assert.All(texts, static text => Assert.False(text.IsAlive));
        Assert.Equal(0, handle.Statistics.Hits);
    }

    private static int Rest(IEnumerator<int> items)
    {
        int count = 0;
        while (items.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static async ValueTask<int> RestAsync(IAsyncEnumerator<int> items)
    {
        int count = 0;
        while (await items.MoveNextAsync())
        {
            count++;
        }

        return count;
    }

    private static void Enumerations()
    {
        for (int i = 0; i < 1000; i++)
        {
            _ = Iteration.Count(3).Sum();
        }
    }

    private static long AllocatedBy(Action run)
    {
        long allocated = -1;
        Watch.OnThread(() =>
        {
            run();
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        return allocated;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(List<WeakReference> texts)
    {
        for (int i = 0; i < AbandonedAtOnce; i++)
        {
            string prefix = new('x', 3);
            IEnumerator<string> items = Iteration.Texts([], prefix, 3).GetEnumerator();
            Assert.True(items.MoveNext());
            if (i == 0)
            {
                texts.Add(new WeakReference(prefix));
            }
        }
    }
}
