using System.Diagnostics;
using System.Runtime.Versioning;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Ebpf.Links;
using Instrumentation.Events;
using Instrumentation.Spans;
using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>What recorders put into the kernel, how long that takes, and that nothing of it stays.</summary>
[Collection(AloneCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class KernelShareTests
{
    [Fact]
    public async Task StartsAndEnds_LeaveNothing()
    {
        KernelRecorder.Require();
        await IdleAsync();
        ObjectCounts before = ObjectCounts.OfProcess();
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;
        Stopwatch cold = Stopwatch.StartNew();
        await (await CallRecorder.StartAsync()).DisposeAsync();
        cold.Stop();
        TimeSpan worst = TimeSpan.Zero;
        Stopwatch all = Stopwatch.StartNew();
        for (int i = 0; i < 1000; i++)
        {
            long began = Stopwatch.GetTimestamp();
            CallRecorder calls = await CallRecorder.StartAsync();
            worst = Stopwatch.GetElapsedTime(began) is var took && took > worst ? took : worst;
            await calls.DisposeAsync();
        }

        all.Stop();
        Assert.NotEqual(before, ObjectCounts.OfProcess());
        await IdleAsync();
        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.Equal(0, FlowOwners.Count);
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 3);
        TestContext.Current.TestOutputHelper!.WriteLine($"cold {cold.Elapsed.TotalMilliseconds:0.0} ms, warm {all.Elapsed.TotalMilliseconds / 1000:0.000} ms, at most {worst.TotalMilliseconds:0.0} ms");
        Assert.InRange(all.Elapsed.TotalMilliseconds / 1000, 0, 50);
    }

    [Fact]
    public async Task TheFirstEvent_ComesSoon()
    {
        KernelRecorder.Require();
        string file = Path.GetTempFileName();
        List<double> times = [];
        for (int i = 0; i < 20; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await using CallRecorder calls = await CallRecorder.StartAsync();
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
            _ = Assert.Single(calls.Files.Written);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        File.Delete(file);
        times.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"start to first event: median {times[10]:0.0} ms, worst {times[^1]:0.0} ms");
        Assert.InRange(times[10], 0, 50);
    }

    [Fact]
    public async Task Losses_FailWhatCouldPassByNotSeeing()
    {
        KernelRecorder.Require();
        await IdleAsync();
        KernelRing.NextBytes = 16 * 1024;
        try
        {
            string file = Path.GetTempFileName();
            await using CallRecorder calls = await CallRecorder.StartAsync();
            for (int i = 0; i < 20_000; i++)
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            File.Delete(file);
            Assert.Matches(
                @"^Expected no connection, which cannot be told: something may have been missed.\nWhy:\n  \d+ system calls of this process were lost: they came faster than they could be fetched.",
                KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect()));
            Assert.Contains("lost", KernelRecorder.Failure(() => calls.Files.Should().OnlyWriteUnder("/")), StringComparison.Ordinal);
            calls.Syscalls.Should().HaveCalled("chmod").AtLeast(1);
        }
        finally
        {
            await IdleAsync();
            KernelRing.NextBytes = KernelRing.Bytes;
        }
    }

    [Fact]
    public async Task CallsBeyondTheMost_AreADoubt()
    {
        KernelRecorder.Require();
        string file = Path.GetTempFileName();
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { MaximumCalls = 5 });
        for (int i = 0; i < 10; i++)
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Delete(file);
        Assert.Equal(5, calls.Syscalls.All.Count);
        Assert.EndsWith("system calls were not kept: the recorder keeps 5 (RecorderOptions.MaximumCalls).", KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AThreadThatWasKnownBeforeTheKernelWas_IsFoundAllTheSame()
    {
        KernelRecorder.Require();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        string file = Path.GetTempFileName();
        Func<int> source = ThreadStates.ThreadIdSource;
        using SemaphoreSlim known = new(0);
        using SemaphoreSlim goOn = new(0);
        Thread thread = new(() =>
        {
            // As before any backend: by the runtime's number of the thread.
            using (ThreadStates.Guard())
            {
                known.Release();
                goOn.Wait();
            }

            using (calls.Join())
            {
                File.Delete(file);
            }
        });
        ThreadStates.ThreadIdSource = static () => Environment.CurrentManagedThreadId;
        try
        {
            thread.UnsafeStart();
            await known.WaitAsync();
        }
        finally
        {
            ThreadStates.ThreadIdSource = source;
        }

        goOn.Release();
        thread.Join();
        Assert.Equal([file], calls.Files.Written.Where(path => path == file));
    }

    [Fact]
    public async Task OwnersOfThreads_OutliveAnExchangeOfTheirMemory()
    {
        KernelRecorder.Require();
        await IdleAsync();
        using Barrier barrier = new(2);
        long wrong = 0;
        const int Exchanges = 300;
        Thread thread = new(() =>
        {
            for (int i = 1; i <= Exchanges; i++)
            {
                barrier.SignalAndWait();
                Thread.SpinWait(i * 37 % 2000);
                for (int change = 1; change <= 20; change++)
                {
                    ThreadContexts.SetOwner((i * 100) + change);
                }

                barrier.SignalAndWait();
                wrong += OwnerInTheKernelsMemory() == (i * 100) + 20 ? 0 : 1;
                ThreadContexts.SetOwner(0);
                barrier.SignalAndWait();
            }
        });
        thread.UnsafeStart();
        for (int i = 1; i <= Exchanges; i++)
        {
            barrier.SignalAndWait();
            _ = ContextMap.Acquire();
            barrier.SignalAndWait();
            barrier.SignalAndWait();
            ContextMap.Release();
        }

        thread.Join();
        Assert.Equal(0, wrong);
    }

    private static unsafe long OwnerInTheKernelsMemory()
    {
        // SAFETY: a state and its context are never freed.
        return ThreadStates.Current()->Context->Owner;
    }

    private static async Task IdleAsync()
    {
        for (int i = 0; i < 300 && !(KernelTable.IsIdle && WatchTable.IsIdle); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(KernelTable.IsIdle && WatchTable.IsIdle);
    }
}
