using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Locks;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Locks;

/// <summary>Waits for locks are events with who waited and who had the lock; nothing else is.</summary>
[Collection(AloneCollection.Name)]
public sealed class LockContentionTests
{
    private const int Times = 10;

    private static ProbeSpec Waits(string type) => Probe.LockContention().When(c => c.Arg<string>("type") == type);

    [Fact]
    public async Task Monitor_HeldByAThread_IsWaitedFor()
    {
        Target target = new();
        await CheckAsync(LockKind.Monitor, typeof(Target), () => Rival.Run(Times, () => Monitor.Enter(target), () => Monitor.Exit(target), () =>
        {
            lock (target)
            {
            }
        }));
    }

    [Fact]
    public async Task Lock_HeldByAThread_IsWaitedFor()
    {
        Lock target = new();
        await CheckAsync(LockKind.Lock, typeof(Lock), () => Rival.Run(Times, target.Enter, target.Exit, () =>
        {
            lock (target)
            {
            }
        }));
    }

    [Fact]
    public async Task Semaphore_HeldByAThread_IsWaitedFor()
    {
        using TestSemaphore target = new();
        await CheckAsync(LockKind.Semaphore, typeof(TestSemaphore), () => Rival.Run(Times, target.Wait, () => target.Release(), () =>
        {
            target.Wait();
            target.Release();
        }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReaderWriterLock_HeldByAThread_IsWaitedFor(bool writerHolds)
    {
        using TestReaderWriter target = new();
        Action[] read = [target.EnterReadLock, target.ExitReadLock];
        Action[] write = [target.EnterWriteLock, target.ExitWriteLock];
        (Action[] holder, Action[] waiter) = writerHolds ? (write, read) : (read, write);
        await CheckAsync(LockKind.ReaderWriter, typeof(TestReaderWriter), () => Rival.Run(Times, holder[0], holder[1], () =>
        {
            waiter[0]();
            waiter[1]();
        }));
    }

    [Fact]
    public async Task Semaphore_ThatFlowsWaitFor_IsWaitedFor()
    {
        using TestSemaphore target = new();
        List<(int Holder, int Waiter)> threads = [];
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Waits(typeof(TestSemaphore).FullName!), async () =>
        {
            for (int i = 0; i < Times; i++)
            {
                Task waiting = Task.CompletedTask;
                Watch.OnThread(() =>
                {
                    target.Wait();
                    int holder = Rival.ThreadId;
                    Watch.OnThread(() =>
                    {
                        threads.Add((holder, Rival.ThreadId));
                        waiting = target.WaitAsync();
                    });
                    Thread.Sleep(Rival.Hold);
                    target.Release();
                });
                await waiting;
                target.Release();
            }
        });

        Assert.Equal(Times, events.Count);
        Assert.Equal(threads, events.Select(static one => ((int)one.Fields["Owner"]!, one.ThreadId)));
        Assert.All(events, static one =>
        {
            Assert.Equal((LockKind.Semaphore, true), ((LockKind)one.Fields["Kind"]!, (bool)one.Fields["Taken"]!));
            Assert.InRange(one.Duration, Rival.Hold, Rival.Hold + TimeSpan.FromSeconds(2));
        });
    }

    [Fact]
    public async Task Wait_ThatIsGivenUp_SaysSo()
    {
        Target target = new();
        using TestSemaphore semaphore = new();
        using TestReaderWriter readerWriter = new();
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.LockContention(), async () =>
        {
            Monitor.Enter(target);
            semaphore.Wait();
            readerWriter.EnterWriteLock();
            Task<bool> flow = semaphore.WaitAsync(20);
            Watch.OnThread(() =>
            {
                Assert.False(Monitor.TryEnter(target, 20));
                Assert.False(Monitor.TryEnter(target));
                Assert.False(semaphore.Wait(20));
                Assert.False(semaphore.Wait(0));
                Assert.False(readerWriter.TryEnterReadLock(20));
                Assert.False(readerWriter.TryEnterReadLock(0));
            });
            readerWriter.ExitWriteLock();
            Monitor.Exit(target);
            Assert.False(await flow);
            semaphore.Release();
        });

        events = [.. events.Where(static one => ((string)one.Fields["Type"]!).Contains(nameof(LockContentionTests), StringComparison.Ordinal))];
        Assert.Equal(4, events.Count);
        Assert.All(events, static one => Assert.Equal(false, one.Fields["Taken"]));
        Assert.All(events, static one => Assert.InRange(one.Duration, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2)));
        Assert.Equal(2, events.Count(static one => one.Fields["Kind"] is LockKind.Semaphore));
    }

    [Fact]
    public async Task Locks_ThatNobodyWaitsFor_AreNoEvents()
    {
        Target target = new();
        Lock modern = new();
        using TestSemaphore semaphore = new();
        using TestReaderWriter readerWriter = new();
        int thread = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.LockContention(), () => Watch.OnThread(() =>
        {
            thread = Rival.ThreadId;
            for (int i = 0; i < 20_000; i++)
            {
                lock (target)
                {
                    lock (modern)
                    {
                        semaphore.Wait();
                        Assert.True(semaphore.Release() == 0);
                    }
                }

                Assert.True(semaphore.WaitAsync().IsCompleted);
                semaphore.Release();
                readerWriter.EnterUpgradeableReadLock();
                readerWriter.EnterWriteLock();
                readerWriter.ExitWriteLock();
                readerWriter.ExitUpgradeableReadLock();
                readerWriter.EnterReadLock();
                readerWriter.ExitReadLock();
            }
        }));

        Assert.DoesNotContain(events, one => one.ThreadId == thread || ((string)one.Fields["Type"]!).Contains(nameof(LockContentionTests), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waits_OfHammeredMonitors_AreThoseThatTheRuntimeCounts()
    {
        Target target = new();
        long before = 0;
        long after = 0;
        CountSnapshot counted = await Watch.AggregateAsync(Waits(typeof(Target).FullName!).Count(), () =>
        {
            before = Monitor.LockContentionCount;
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    lock (target)
                    {
                        Thread.Sleep(1);
                    }
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
            after = Monitor.LockContentionCount;
        });

        // Others in the process may wait for locks of theirs, too.
        Assert.InRange(counted.Total, 1, after - before);
        Assert.InRange(after - before - counted.Total, 0, 10);
    }

    [Fact]
    public async Task Probes_AtTheSameTime_AllSeeEachWait()
    {
        Target target = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountTable<LockKind>> kinds = await session.AttachAsync(Waits(typeof(Target).FullName!).CountBy(static c => c.Arg<LockKind>("kind")));
        AggregateHandle<SummarySnapshot> durations = await session.AttachAsync(Waits(typeof(Target).FullName!).Summary(static c => c.Duration));
        ProbeHandle two = await Watch.AttachAsync(session, Waits(typeof(Target).FullName!).HitLimit(2));
        Compete(target);
        await two.Completion;
        await durations.DisposeAsync();
        Compete(target);

        Assert.Equal(2 * Times, kinds.Read()[LockKind.Monitor]);
        Assert.Equal(Times, durations.Read().Count);
        Assert.True(durations.Read().Average >= Rival.Hold.TotalNanoseconds, durations.Read().ToString());
        Assert.Equal(2, two.Statistics.Passed);
    }

    [Fact]
    public async Task Probe_ThatIsChanged_DecidesByTheNewSpec()
    {
        Target target = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Waits(typeof(Target).FullName!));
        Compete(target);
        await handle.UpdateAsync(static spec => spec.When(static c => c.Duration > TimeSpan.FromHours(1)));
        Compete(target);
        Assert.Equal(Times, handle.Statistics.Passed);
        await Assert.ThrowsAsync<ExpressionException>(() => handle.UpdateAsync(static spec => spec.When(static c => c.Arg<int>("nothing") > 0)));
        await handle.UpdateAsync(static spec => spec.Always().When(static c => c.Arg<string>("type").EndsWith("+Target")));
        Compete(target);
        Assert.Equal(2 * Times, handle.Statistics.Passed);
    }

    [Fact]
    public async Task Probe_ThatIsReduced_DoesAsMuchAsItMay()
    {
        Target target = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Waits(typeof(Target).FullName!));
        List<(long Passed, long Suppressed)> seen = [];
        foreach (ProbeReduction reduction in (ProbeReduction[])[ProbeReduction.Sampled(5), ProbeReduction.Off, ProbeReduction.None])
        {
            Assert.True(handle.TryReduce(reduction, reduction, "test"));
            Assert.Equal(reduction != ProbeReduction.Off, LockWatch.Exists);
            Compete(target);
            seen.Add((handle.Statistics.Passed, handle.Statistics.Suppressed));
        }

        // Sampled: the waiter's first, and its sixth.
        Assert.Equal([(Times, Times - 2), (Times, Times - 2), (2 * Times, Times - 2)], seen);
        long hits = handle.Statistics.Hits;
        Assert.True(handle.TryReduce(ProbeReduction.Counted, ProbeReduction.Counted, "test"));
        Compete(target);
        Assert.InRange(handle.Statistics.Hits - hits, Times, long.MaxValue);
        Assert.Equal(2 * Times, handle.Statistics.Passed);
    }

    [Fact]
    public async Task Attaches_AmidContention_DisturbNobody()
    {
        Target monitor = new();
        Lock modern = new();
        using TestSemaphore semaphore = new();
        using TestReaderWriter readerWriter = new();
        int[] counts = new int[5];
        using CancellationTokenSource end = new();
        Task[] workers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int rounds = 0;
            for (; !end.IsCancellationRequested; rounds++)
            {
                lock (monitor)
                {
                    counts[0]++;
                }

                lock (modern)
                {
                    counts[1]++;
                }

                semaphore.Wait();
                counts[2]++;
                semaphore.Release();
                await semaphore.WaitAsync();
                counts[3]++;
                semaphore.Release();
                readerWriter.EnterWriteLock();
                counts[4]++;
                readerWriter.ExitWriteLock();
                readerWriter.EnterReadLock();
                readerWriter.ExitReadLock();
            }

            return rounds;
        }))];
        await using InstrumentationSession session = await Watch.StartAsync();
        long waits = 0;
        for (int i = 0; i < 8; i++)
        {
            AggregateHandle<SummarySnapshot> handle = await session.AttachAsync(Probe.LockContention().Summary(static c => c.Duration));
            await Task.Delay(20);
            await handle.DisposeAsync();
            waits += handle.Read().Count;
            Assert.InRange(handle.Read().Maximum, 0, (long)Watch.Limit.TotalNanoseconds);
        }

        await end.CancelAsync();
        await Task.WhenAll(workers).WaitAsync(Watch.Limit);
        int rounds = workers.Sum(static worker => ((Task<int>)worker).Result);
        Assert.All(counts, count => Assert.Equal(rounds, count));
        Assert.True(waits > 0);
    }

    [Fact]
    public async Task Locks_OfTheLibrary_AreNotReported()
    {
        Target target = new();
        int pump = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.LockContention(), () =>
        {
            pump = EventPump.ThreadId;
            Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
            {
                lock (target)
                {
                    Thread.SpinWait(2000);
                }
            });
        });

        Assert.NotEqual(0, pump);
        Assert.DoesNotContain(events, one => one.ThreadId == pump || one.Fields["Owner"] is int owner && owner == pump);
    }

    [Fact]
    public async Task Detach_OfTheLastProbe_LeavesNothing()
    {
        Target target = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.LockContention());
        ProbeHandle other = await Watch.AttachAsync(session, Probe.LockContention());
        Assert.True(LockWatch.Exists);
        await handle.DisposeAsync();
        Assert.True(LockWatch.Exists);
        await other.DisposeAsync();

        Assert.False(LockWatch.Exists);
        Assert.True(LockReports.IsEmpty);
        Assert.Equal(1, ManagedEngine.Get().Native.EndContention());
        long passed = handle.Statistics.Passed;
        Compete(target);
        Assert.Equal(passed, handle.Statistics.Passed);
    }

    private static void Compete(Target target) => Rival.Run(Times, () => Monitor.Enter(target), () => Monitor.Exit(target), () =>
    {
        lock (target)
        {
        }
    });

    private static async Task CheckAsync(LockKind kind, Type type, Func<(int Holder, int Waiter)> run)
    {
        (int holder, int waiter) = (0, 0);
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Waits(type.FullName!), () => (holder, waiter) = run());

        events = [.. events.Where(one => one.ThreadId == waiter || one.ThreadId == holder)];
        Assert.True(events.Count == Times, string.Join(Environment.NewLine, events));
        Assert.All(events, one =>
        {
            Assert.Equal(kind, one.Fields["Kind"]);
            Assert.Equal(waiter, one.ThreadId);
            Assert.Equal(holder, one.Fields["Owner"]);
            Assert.Equal(0L, one.Fields["OwnerSpan"]);
            Assert.Equal(true, one.Fields["Taken"]);
            Assert.Equal(type.FullName, one.Fields["Type"]);
            Assert.InRange(one.Duration, Rival.Hold, Rival.Hold + TimeSpan.FromSeconds(2));
        });
        Assert.Single(events.Select(static one => one.Fields["Id"]).Distinct());
    }

    private sealed class Target;

    private sealed class TestSemaphore() : SemaphoreSlim(1, 1);

    private sealed class TestReaderWriter : ReaderWriterLockSlim;
}
