using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Condition, capture and limits changed in place, while calls run.</summary>
[Collection(AloneCollection.Name)]
public sealed class UpdateTests
{
    private const int Threads = 4;
    private const int Updates = 200;

    private sealed record Seen(long Number, int Version);

    [Fact]
    public async Task Update_WhileThreadsCall_SeesEachCallOnce()
    {
        // Rings and a reader's buffer that hold all events, however busy the machine is.
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 8 * 1024 * 1024, ReaderBufferBytes = 64 * 1024 * 1024 });
        ProbeSpec<Seen> first = Probe.Method(() => Tuned.Numbered(0)).Capture(c => new Seen(c.Arg<long>(0), 1));
        ProbeHandle<Seen> handle = await session.AttachAsync(first);
        Task<List<Seen>> reading = ReadAsync(handle);
        long calls = 0;
        bool stop = false;
        Task calling = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    for (int i = 0; i < 100; i++)
                    {
                        Tuned.Numbered(Interlocked.Increment(ref calls));
                    }

                    Thread.Sleep(1);
                }
            },
            TaskCreationOptions.LongRunning)));
        for (int update = 0; update < Updates; update++)
        {
            await ((update % 4) switch
            {
                0 => handle.UpdateAsync(static s => s.Capture(c => new Seen(c.Arg<long>(0), 2))),
                1 => handle.UpdateAsync(static s => s.When(c => c.Arg<long>(0) >= 0)),
                2 => handle.UpdateAsync(static s => s.Always().Capture(c => new Seen(c.Arg<long>(0), 1))),
                _ => handle.UpdateAsync(static s => s.When(c => c.Duration >= TimeSpan.Zero).Sample(1).HitLimit(10_000_000)),
            });
        }

        Volatile.Write(ref stop, true);
        await calling;
        await handle.DisposeAsync();
        List<Seen> seen = await reading;
        ProbeStatistics statistics = handle.Statistics;
        Assert.Equal((calls, 0, 0), (statistics.Passed, statistics.Suppressed, statistics.Lost));
        Assert.Equal(calls, seen.Count);
        Assert.Equal(calls, seen.Select(static one => one.Number).Distinct().Count());
        Assert.All(seen.Select(static one => one.Version).Distinct(), static version => Assert.InRange(version, 1, 2));
    }

    [Fact]
    public async Task Update_OfCondition_HoldsForEveryCallAfterIt()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Method(() => Tuned.Conditional(0)).Count());
        long expected = 0;
        for (int round = 0; round < 50; round++)
        {
            int limit = round;
            if (round % 5 == 4)
            {
                await handle.UpdateAsync(static s => s.Always());
                limit = 100;
            }
            else
            {
                await handle.UpdateAsync(s => s.Always().When(c => c.Arg<int>(0) < limit));
            }

            await Task.WhenAll(Enumerable.Range(0, Threads).Select(static _ => Task.Run(static () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Tuned.Conditional(i);
                }
            })));
            expected += Threads * limit;
            Assert.Equal(expected, handle.Read().Total);
        }
    }

    [Fact]
    public async Task Update_OfTheRate_CountsOn()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Tuned.Kept(0)).HitLimit(10));
        Call(4);
        await handle.UpdateAsync(static s => s.HitLimit(6));
        Call(4);
        Assert.Equal((6, 2), (handle.Statistics.Emitted, handle.Statistics.Suppressed));
        await handle.Completion.WaitAsync(Watch.Limit);
        Assert.Equal(ProbeEnd.HitLimit, handle.End);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => handle.UpdateAsync(static s => s.HitLimit(100)));
    }

    [Fact]
    public async Task Update_ThatIsWrong_LeavesTheProbeAsItWas()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Tuned.Kept(0)).OnEntry().When(c => c.Arg<int>(0) > 1));
        ProbeSpec before = handle.Spec;
        await Assert.ThrowsAsync<ExpressionException>(() => handle.UpdateAsync(static s => s.When(c => c.Arg<int>("missing") > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => handle.UpdateAsync(static s => s.When(c => c.Arg<string>(0) == "x")));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(static s => s.OnReturn()));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(static s => s.Named("other")));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(static s => s.Count()));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(static s => s with { Point = Probe.Method(() => Tuned.Raced(0)).Point }));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(static s => s.Sample(-1)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handle.UpdateAsync(static s => s, new CancellationToken(canceled: true)));

        Assert.Equal((before, ProbeState.Armed), (handle.Spec, handle.State));
        Call(5);
        Assert.Equal(3, handle.Statistics.Emitted);
    }

    [Fact]
    public async Task Update_WhileACallIsSuspended_ReportsItOnceAsItBegan()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle<Seen> handle = await session.AttachAsync(Probe.Method(() => Tuned.Suspended(0, default!)).Capture(c => new Seen(c.Return<int>(), 1)));
        TaskCompletionSource gate = new();
        Task<int> call = Tuned.Suspended(42, gate.Task);
        await handle.UpdateAsync(static s => s.Capture(c => new Seen(c.Return<int>() + 1, 2)));
        gate.SetResult();
        await call;
        await Tuned.Suspended(50, Task.CompletedTask);
        await handle.DisposeAsync();

        Assert.Equal([new Seen(42, 1), new Seen(51, 2)], await ReadAsync(handle));
    }

    [Fact]
    public async Task Update_BesideADetach_NeverFailsOtherwiseThanByDisposal()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        for (int i = 0; i < 50; i++)
        {
            ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Tuned.Raced(0)).Sample(3));
            int every = i + 1;
            Task[] updates = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => handle.UpdateAsync(s => s.When(c => c.Arg<int>(0) > every).Sample(every))))];
            await handle.DisposeAsync();
            foreach (Task update in updates)
            {
                Assert.True(await Record.ExceptionAsync(() => update) is null or ObjectDisposedException);
            }
        }

        AggregateHandle<CountSnapshot> last = await Watch.CountAsync(session, Probe.Method(() => Tuned.Raced(0)));
        Assert.Equal(9, Tuned.Raced(1));
        Assert.Equal(1, last.Read().Total);
    }

    private static void Call(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Tuned.Kept(i);
        }
    }

    private static async Task<List<Seen>> ReadAsync(ProbeHandle<Seen> handle)
    {
        List<Seen> seen = [];
        await foreach (ProbeEvent<Seen> one in handle.Events)
        {
            seen.Add(one.Value);
        }

        return seen;
    }
}
