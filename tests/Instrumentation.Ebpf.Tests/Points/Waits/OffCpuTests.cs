using System.Diagnostics;
using System.Text;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points.Waits;

/// <summary>Threads that wait for known causes.</summary>
[Collection(nameof(AloneCollection))]
public sealed class OffCpuTests
{
    private const int Times = 5;
    private const int Pause = 30;

    // A thread may be preempted while it is going to sleep, and be woken before it does: on a busy machine a few waits are none.
    private const int Missed = 2;

    private sealed record Wait(OffCpuReason Reason, long RunQueue, int Waker, int Syscall, TimeSpan Took, string? Name);

    [Fact]
    [Trait("Kernel", "Matrix")]
    public async Task Sleep_OfDotNetAndOfTheKernel_IsSleepForAsLongAsItWas()
    {
        IReadOnlyList<ProbeEvent<Wait>> waits = await ObserveAsync(static () =>
        {
            for (int i = 0; i < Times; i++)
            {
                Thread.Sleep(Pause);
                WaitCalls.Sleep(Pause);
            }
        });
        ProbeEvent<Wait>[] slept = [.. waits.Where(static one => one.Value.Reason == OffCpuReason.Sleep)];
        Assert.InRange(slept.Count(static one => one.Value.Took > TimeSpan.FromMilliseconds(Pause - 1)), (2 * Times) - Missed, 2 * Times);
        Assert.All(slept, static one =>
        {
            Assert.Equal(0, one.Value.Waker);
            Assert.True(one.Value.Syscall >= 0, "a thread sleeps in a system call");
            Assert.InRange(one.Value.RunQueue, 0, one.Value.Took.Ticks * 100);
            Assert.Equal(one.Value.Took, one.Event.Duration);
            Assert.Equal((ProbeEdge.Call, "off-CPU times", Environment.ProcessId), (one.Event.Edge, one.Event.Site, one.Event.ProcessId));
            Assert.Equal("waits", one.Value.Name);
        });
    }

    [Fact]
    [Trait("Kernel", "Matrix")]
    public async Task Lock_ThatAnotherThreadHolds_IsALockWithItsWaker()
    {
        object gate = new();
        int holder = 0;
        using SemaphoreSlim wanted = new(0);
        using SemaphoreSlim held = new(0);
        Thread owner = new(() =>
        {
            holder = NativeCalls.ThreadId();
            for (int i = 0; i < Times; i++)
            {
                wanted.Wait();
                lock (gate)
                {
                    held.Release();
                    WaitCalls.Sleep(Pause);
                }
            }
        });
        owner.Start();
        IReadOnlyList<ProbeEvent<Wait>> waits = await ObserveAsync(() =>
        {
            for (int i = 0; i < Times; i++)
            {
                wanted.Release();
                held.Wait();
                lock (gate)
                {
                }
            }
        });
        owner.Join();
        Assert.InRange(waits.Count(one => one.Value.Reason == OffCpuReason.Lock && one.Value.Waker == holder && one.Value.Took > TimeSpan.FromMilliseconds(Pause / 2)), Times - Missed, Times);
    }

    [Fact]
    public async Task Data_ThatIsWaitedFor_IsNetwork_WithItsWriter()
    {
        (int read, int write) = WaitCalls.Pipe();
        (int one, int other) = WaitCalls.Sockets();
        using SemaphoreSlim ready = new(0);
        int writer = 0;
        Thread source = new(() =>
        {
            writer = NativeCalls.ThreadId();
            for (int i = 0; i < Times; i++)
            {
                ready.Wait();
                WaitCalls.Sleep(Pause);
                Assert.Equal(1, WaitCalls.Write(write, [1], 1));
                ready.Wait();
                WaitCalls.Sleep(Pause);
                Assert.Equal(1, WaitCalls.Send(other, [1], 1, 0));
            }
        });
        source.Start();
        IReadOnlyList<ProbeEvent<Wait>> waits = await ObserveAsync(() =>
        {
            Span<byte> room = stackalloc byte[1];
            for (int i = 0; i < Times; i++)
            {
                ready.Release();
                Assert.Equal(1, WaitCalls.Read(read, room, 1));
                ready.Release();
                Assert.Equal(1, WaitCalls.Receive(one, room, 1, 0));
            }
        });
        source.Join();
        Assert.All([read, write, one, other], static descriptor => Assert.Equal(0, WaitCalls.Close(descriptor)));
        ProbeEvent<Wait>[] waited = [.. waits.Where(one => one.Value.Reason == OffCpuReason.Network && one.Value.Took > TimeSpan.FromMilliseconds(Pause / 2))];
        Assert.InRange(waited.Length, (2 * Times) - Missed, 2 * Times);
        Assert.All(waited, wait => Assert.Equal(writer, wait.Value.Waker));
    }

    [Fact]
    public async Task Disk_ThatIsWaitedFor_IsFile()
    {
        string path = Path.GetTempFileName();
        IReadOnlyList<ProbeEvent<Wait>> waits;
        try
        {
            waits = await ObserveAsync(() =>
            {
                using FileStream file = new(path, FileMode.Create);
                byte[] block = new byte[256 * 1024];
                for (int i = 0; i < 20; i++)
                {
                    file.Write(block);
                    file.Flush(flushToDisk: true);
                }
            });
        }
        finally
        {
            File.Delete(path);
        }

        OffCpuReason[] reasons = [.. waits.Where(static one => one.Value.Reason is not (OffCpuReason.Preempted or OffCpuReason.Lock)).Select(static one => one.Value.Reason)];
        if (reasons.Length == 0)
        {
            Assert.Skip("the file system of the tests waits for no disk");
        }

        Assert.All(reasons, static reason => Assert.Equal(OffCpuReason.File, reason));
    }

    [Fact]
    public async Task Processor_ThatTwoThreadsWant_IsRunQueueTime()
    {
        TimeSpan most = TimeSpan.FromMilliseconds(600);
        bool stop = false;
        Thread rival = new(() =>
        {
            WaitCalls.Pin(0);
            while (!Volatile.Read(ref stop))
            {
            }
        });
        TimeSpan wall = default;
        TimeSpan ran = default;
        rival.Start();
        IReadOnlyList<ProbeEvent<Wait>> waits = await ObserveAsync(() =>
        {
            WaitCalls.Pin(0);
            long start = Stopwatch.GetTimestamp();
            TimeSpan before = ThreadTimes.OfThisThread();
            while (Stopwatch.GetElapsedTime(start) < most)
            {
            }

            ran = ThreadTimes.OfThisThread() - before;
            wall = Stopwatch.GetElapsedTime(start);
        });
        Volatile.Write(ref stop, true);
        rival.Join();
        Wait[] preempted = [.. waits.Select(static one => one.Value).Where(static one => one.Reason == OffCpuReason.Preempted)];
        Assert.NotEmpty(preempted);
        Assert.All(preempted, static one => Assert.Equal((one.Took.Ticks, 0), (one.RunQueue / 100, one.Waker)));
        double sum = preempted.Sum(static one => one.Took.TotalMilliseconds) + ran.TotalMilliseconds;
        Assert.InRange(sum, wall.TotalMilliseconds * 0.85, wall.TotalMilliseconds * 1.15);
        Assert.True(ran < wall * 0.9, "two threads share the processor");
    }

    [Fact]
    public async Task Aggregates_AreOfReasonsAndDurationsAndStacks()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        int thread = 0;
        using SemaphoreSlim known = new(0);
        using SemaphoreSlim go = new(0);
        Thread sleeper = new(() =>
        {
            thread = NativeCalls.ThreadId();
            known.Release();
            go.Wait();
            for (int i = 0; i < Times; i++)
            {
                WaitCalls.Sleep(Pause);
            }
        });
        sleeper.Start();
        await known.WaitAsync(TestContext.Current.CancellationToken);
        ProbeSpec mine = Probe.OffCpu().When(c => c.ThreadId == thread && c.Arg<OffCpuReason>("reason") == OffCpuReason.Sleep);
        await using AggregateHandle<CountTable<OffCpuReason>> reasons = await session.AttachAsync(mine.CountBy(c => c.Arg<OffCpuReason>("reason")));
        await using AggregateHandle<HistogramSnapshot> times = await session.AttachAsync(mine.Histogram(c => c.Duration));
        await using AggregateHandle<StackProfile> stacks = await session.AttachAsync(mine.StacksBy(c => c.Duration, 64));
        await using AggregateHandle<StackProfile> counted = await session.AttachAsync(mine.Stacks(64));
        go.Release();
        sleeper.Join();
        long total = reasons.Read().Total;
        Assert.InRange(total, Times - Missed, Times);
        Assert.Equal([OffCpuReason.Sleep], reasons.Read().Rows.Select(static row => row.Key));
        long nanoseconds = (long)times.Read().Sum;
        Assert.InRange(nanoseconds, total * Pause * 1_000_000L, long.MaxValue);
        StackProfile profile = stacks.Read();
        Assert.Equal((total, ValueUnit.Nanoseconds), (profile.Total, profile.Unit));
        Assert.InRange(profile.TotalWeight, nanoseconds - 5_000_000, nanoseconds + 5_000_000);
        string[] names = [.. profile.Inclusive.Select(static row => row.Key)];
        Assert.True(Array.Exists(names, static name => name.Contains(nameof(Aggregates_AreOfReasonsAndDurationsAndStacks), StringComparison.Ordinal)), string.Join('|', names));
        Assert.Contains("schedule", profile.Self[0].Key, StringComparison.Ordinal);
        using MemoryStream folded = new();
        await profile.WriteFoldedAsync(folded, TestContext.Current.CancellationToken);
        long microseconds = Encoding.UTF8.GetString(folded.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(static line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], null));
        Assert.InRange(microseconds, (profile.TotalWeight / 1000) - 100, profile.TotalWeight / 1000);
        Assert.Equal((total, total, null), (counted.Read().Total, counted.Read().TotalWeight, counted.Read().Unit));
    }

    [Fact]
    public async Task Specs_ThatMeanNothing_AreRefused_AndNothingIsLeft()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.OffCpu().OnEntry()));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.OffCpu().When(c => c.UserId == 0)));
        ExpressionException error = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.OffCpu().When(c => c.Arg<int>("reasn") == 0)));
        Assert.Contains("'reason'", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ObjectCounts.OfProcess());

        // The kernel's own ids are those of the initial namespace.
        ProbeSpec every = Probe.OffCpu().EveryProcess();
        ProbeHandle handle = await session.AttachAsync(
            PidNamespace.Own is null
                ? every.When(c => c.Kernel<int>("task->tgid") == c.ProcessId && c.Kernel<int>("task->pid") == c.ThreadId)
                : every.When(c => c.Kernel<int>("task->tgid") != c.ProcessId && c.ProcessId != 0));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await handle.DisposeAsync();
        ProbeStatistics statistics = handle.Statistics;
        Assert.True(statistics.Passed > 0, "threads of this process have waited");
        Assert.True(statistics.Passed <= statistics.Hits && statistics.Faults == 0, statistics.ToString());
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public void Classes_OfSystemCalls_AreThoseOfTheirNames()
    {
        (string Name, OffCpuReason Waiting, OffCpuReason Stuck)[] expected =
        [
            ("read", OffCpuReason.Network, OffCpuReason.File),
            ("futex", OffCpuReason.Lock, OffCpuReason.Lock),
            ("fsync", OffCpuReason.File, OffCpuReason.File),
            ("clock_nanosleep", OffCpuReason.Sleep, OffCpuReason.Sleep),
            ("epoll_pwait", OffCpuReason.Network, OffCpuReason.Network),
            ("wait4", OffCpuReason.Other, OffCpuReason.Other),
            ("getpid", OffCpuReason.Other, OffCpuReason.File),
        ];
        Assert.All(expected, static one =>
        {
            SyscallClass found = SyscallClasses.Of(Ebpf.Points.Syscalls.SyscallTable.Find(one.Name).Number);
            Assert.Equal((one.Waiting, one.Stuck), (found.Waiting, found.Stuck));
        });
        Assert.Equal(SyscallClasses.Ranges.Select(static range => range.First), SyscallClasses.Ranges.Select(static range => range.First).Distinct().Order());
    }

    private static async Task<IReadOnlyList<ProbeEvent<Wait>>> ObserveAsync(Action wait)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        int thread = 0;
        using SemaphoreSlim known = new(0);
        using SemaphoreSlim go = new(0);
        Exception? failure = null;
        Thread waiter = new(() =>
        {
            thread = NativeCalls.ThreadId();
            known.Release();
            go.Wait();
            try
            {
                wait();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        })
        { Name = "waits" };
        waiter.Start();
        await known.WaitAsync();
        ProbeHandle<Wait> handle = await session.AttachAsync(
            Probe.OffCpu().When(c => c.ThreadId == thread)
                .Capture(c => new Wait(c.Arg<OffCpuReason>("reason"), c.Arg<long>("runqueue"), c.Arg<int>("waker"), c.Arg<int>("syscall"), c.Duration, c.Comm)));
        Assert.Equal(ProbeState.Armed, handle.State);
        go.Release();
        waiter.Join();
        await handle.DisposeAsync();
        Assert.Null(failure);
        List<ProbeEvent<Wait>> waits = [];
        await foreach (ProbeEvent<Wait> one in handle.Events)
        {
            waits.Add(one);
        }

        Assert.All(waits, one => Assert.Equal(thread, one.Event.ThreadId));
        Assert.Equal((0, 0), (handle.Statistics.Faults, handle.Statistics.Lost));
        return waits;
    }
}
