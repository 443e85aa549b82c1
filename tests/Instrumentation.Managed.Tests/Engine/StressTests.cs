using System.Diagnostics;
using System.Globalization;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>
/// Eight threads call without end while probes come and go on what they call, and garbage is collected. Between barriers all counts are exact, and the
/// memory of the process stays bounded. Not beside other tests: the endless compilations would hold up their tiers.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class StressTests(ITestOutputHelper output)
{
    private const int Threads = 8;
    private const int CallsPerThread = 10_000_000;
    private const int Cycles = 2_000;
    private const int CallsPerCycle = CallsPerThread / Cycles;
    private const int WarmUpCycles = Cycles / 10;

    /// <summary>The most that a cycle may leave behind: each makes two new versions of two methods, whose code the runtime keeps.</summary>
    private const long MostBytesPerCycle = 32 * 1024;

    [Fact]
    public async Task AttachAndDetach_TwoThousandTimesUnderEightThreads_CountsExactlyInBoundedMemory()
    {
        long began = Stopwatch.GetTimestamp();
        using StressLoad load = new(Threads, CallsPerCycle, Cycles);
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });

        // Always there, while other probes on the same method come and go: not one call may be lost or counted twice.
        AggregateHandle<CountSnapshot> steady = await Watch.CountAsync(session, Probe.Method(() => Busy.Counted(0)));
        load.Start();
        long memory = 0;
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            // The threads call freely, here and during the detach below.
            ProbeHandle changing = await session.AttachAsync(Changing(cycle));
            ProbeHandle mix = await session.AttachAsync(Probe.Method(() => Busy.Mix(0, "")).OnReturn().OrThrow());
            load.Gather();
            long before = changing.Statistics.Hits;
            Assert.Equal(load.Calls, steady.Read().Total);
            load.Meet();
            load.Meet();
            Assert.Equal(load.Calls, steady.Read().Total);
            Assert.Equal(load.CallsBetweenMeetings, changing.Statistics.Hits - before);
            load.Meet();
            await Task.WhenAll(changing.DisposeAsync().AsTask(), mix.DisposeAsync().AsTask());
            if (cycle == WarmUpCycles)
            {
                memory = ResidentBytes();
            }
        }

        load.Join();
        long growth = ResidentBytes() - memory;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{steady.Read().Total} calls, {Cycles} cycles, {load.Collections} collections in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s; {memory >> 20} MiB resident after {WarmUpCycles} cycles, {growth >> 10} KiB more at the end"));
        Assert.Null(load.Failure);
        Assert.Equal(load.Calls, steady.Read().Total);
        Assert.InRange(load.Calls, (long)Threads * CallsPerThread, long.MaxValue);
        Assert.Equal(ProbeState.Armed, steady.State);
        Assert.InRange(growth, long.MinValue, (Cycles - WarmUpCycles) * MostBytesPerCycle);
    }

    private static ProbeSpec Changing(int cycle)
    {
        ProbeSpec counted = Probe.Method(() => Busy.Counted(0));
        return (cycle % 3) switch
        {
            0 => counted.Count(),
            1 => counted.Histogram(c => c.Duration),
            _ => counted.When(c => c.Arg<int>(0) >= 0).Capture(c => c.Return<int>()),
        };
    }

    private static long ResidentBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6).TrimEnd("kB "), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
