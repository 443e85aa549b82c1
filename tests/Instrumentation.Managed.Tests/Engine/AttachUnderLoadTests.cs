using Instrumentation.Events;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Attach and detach while the program calls, and collects garbage. Not beside other tests: the endless compilations would hold up their tiers.</summary>
[Collection(AloneCollection.Name)]
public sealed class AttachUnderLoadTests
{
    private const int Threads = 4;
    private const int Cycles = 1000;
    private const int CallsPerTicket = 25;

    [Fact]
    public async Task AttachAndDetach_ThousandTimesUnderLoad_KeepsResultsAndCountsExactly()
    {
        using Load load = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        int slot = 0;
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            ProbeSpec spec = Probe.Method(() => Busy.Mix(0, default!));
            ProbeHandle busy = cycle % 2 == 0 ? await session.AttachAsync(spec.Count()) : await session.AttachAsync(spec.OnReturn().OrThrow());
            AggregateHandle<CountSnapshot> counted = await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Count());
            load.CallCounted();
            Assert.Equal(Threads * CallsPerTicket, counted.Read().Total);
            slot = counted.Runtime.Slot;
            if (cycle % 3 == 0)
            {
                await Task.WhenAll(busy.DisposeAsync().AsTask(), counted.DisposeAsync().AsTask());
            }
            else
            {
                await busy.DisposeAsync();
                await counted.DisposeAsync();
            }
        }

        long sum = WovenCells.Sum(slot);
        load.CallCounted();
        Assert.Equal(sum, WovenCells.Sum(slot));
        load.Stop();
        Assert.Null(load.Failure);
        Assert.True(load.Calls > Cycles, $"only {load.Calls} calls ran meanwhile");
    }

    [Fact]
    public async Task Count_ThreadsThatEnd_IsExact()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<CountSnapshot> count = await Watch.CountAsync(session, Probe.Method(() => Busy.FromThreads(0)));
        for (int round = 0; round < 50; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 8).Select(static _ => new Thread(static () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Busy.FromThreads(i);
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
        }

        Assert.Equal(50 * 8 * 100, count.Read().Total);
    }

    private sealed class Load : IDisposable
    {
        private readonly List<Thread> _threads = [];
        private readonly SemaphoreSlim _done = new(0);
        private long _calls;
        private volatile int _ticket;
        private volatile bool _stop;

        public Load()
        {
            for (int i = 0; i < Threads; i++)
            {
                Thread thread = new(Run) { IsBackground = true };
                thread.Start();
                _threads.Add(thread);
            }

            Thread collector = new(Collect) { IsBackground = true };
            collector.Start();
            _threads.Add(collector);
        }

        public Exception? Failure { get; private set; }

        public long Calls => Interlocked.Read(ref _calls);

        /// <summary>Lets each thread call the counted method so often, and waits for them.</summary>
        public void CallCounted()
        {
            _ticket++;
            for (int i = 0; i < Threads; i++)
            {
                Assert.True(_done.Wait(Watch.Limit), $"a thread stands still: {Failure}");
            }
        }

        public void Stop()
        {
            _stop = true;
            Assert.All(_threads, static thread => Assert.True(thread.Join(Watch.Limit)));
        }

        public void Dispose()
        {
            _stop = true;
            _done.Dispose();
        }

        private void Run()
        {
            int seen = 0;
            int value = 0;
            try
            {
                while (!_stop)
                {
                    for (int i = 0; i < 20; i++)
                    {
                        value++;
                        string text = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
                        if (Busy.Mix(value, text) != value + text.Length)
                        {
                            throw new InvalidOperationException($"Mix({value}) gave a wrong result");
                        }
                    }

                    Interlocked.Add(ref _calls, 20);
                    Thread.Sleep(0);
                    if (seen != _ticket)
                    {
                        seen = _ticket;
                        for (int i = 0; i < CallsPerTicket; i++)
                        {
                            if (Busy.Counted(i) != i * 3)
                            {
                                throw new InvalidOperationException($"Counted({i}) gave a wrong result");
                            }
                        }

                        _done.Release();
                    }
                }
            }
            catch (Exception error)
            {
                Failure = error;
            }
        }

        private void Collect()
        {
            while (!_stop)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                Thread.Sleep(20);
            }
        }
    }
}
