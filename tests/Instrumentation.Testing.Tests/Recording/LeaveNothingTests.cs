using System.Diagnostics;
using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Recording;

/// <summary>What recorders cost, and that nothing of them stays.</summary>
[Collection(AloneCollection.Name)]
public sealed class LeaveNothingTests(ITestOutputHelper output)
{
    [Fact]
    public async Task AThousandRecordersInSequenceLeaveNothing()
    {
        await RunAsync(50);
        await SettledAsync();
        (int Threads, int Descriptors, long Heap, long Resident) before = Measure();
        long began = Stopwatch.GetTimestamp();
        await RunAsync(1000);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        await SettledAsync();
        (int Threads, int Descriptors, long Heap, long Resident) after = Measure();
        output.WriteLine($"1,000 recorders in {took.TotalSeconds:F1} s; before {before}, after {after}");

        Assert.Equal(0, WatchTable.Count);
        Assert.True(WatchTable.IsIdle);
        Assert.InRange(after.Threads, 1, before.Threads + 3);
        Assert.InRange(after.Descriptors, 1, before.Descriptors + 3);
        Assert.InRange(after.Heap, 0, before.Heap + (2 * 1024 * 1024));
        Assert.InRange(after.Resident, 0, before.Resident + (32 * 1024 * 1024));
    }

    [Fact]
    public async Task ARecorderIsThereAtOnceInAWarmProcess()
    {
        await RunAsync(5);
        List<double> times = [];
        for (int i = 0; i < 20; i++)
        {
            if (i % 7 == 0)
            {
                // Nothing is woven: this start does it anew.
                await SettledAsync(ofKernel: false);
                Assert.True(WatchTable.IsIdle);
            }

            long began = Stopwatch.GetTimestamp();
            await using CallRecorder calls = await CallRecorder.StartAsync();
            calls.Watch(() => Cache.HashOf(default!));
            _ = Cache.HashOf("abc");
            Assert.Single(calls.Calls);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        double[] woven = [times[0], times[7], times[14]];
        times.Sort();
        output.WriteLine($"start to first call: median {times[10]:F1} ms; where the method had to be woven {string.Join(", ", woven.Select(static time => $"{time:F1}"))} ms");
        Assert.InRange(times[10], 0, 50);
        Assert.InRange(woven.Order().ElementAt(1), 0, 50);
    }

    private static async Task RunAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await using CallRecorder calls = await CallRecorder.StartAsync();
            calls.Watch(typeof(Cache));
            _ = Cache.HashOf("abc");
            Assert.Equal(2, calls.Calls.Count);
        }
    }

    private static async Task SettledAsync(bool ofKernel = true)
    {
        long deadline = Environment.TickCount64 + 30_000;
        while (!(WatchTable.IsIdle && (!ofKernel || KernelTable.IsIdle)) && Environment.TickCount64 < deadline)
        {
            await Task.Delay(20);
        }
    }

    private static (int Threads, int Descriptors, long Heap, long Resident) Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using Process process = Process.GetCurrentProcess();
        return (process.Threads.Count, Directory.GetFiles("/proc/self/fd").Length, GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
