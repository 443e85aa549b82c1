using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Tests.Governor;

/// <summary>Kernel probes in sessions with a budget.</summary>
[Collection(nameof(AloneCollection))]
public sealed partial class KernelGovernorTests(ITestOutputHelper output)
{
    private const int BadDescriptor = -1;
    private const double Most = 1;

    [Fact]
    public async Task Storm_OfNativeCalls_IsReducedAndRestored_TheQuietProbeIsNotTouched()
    {
        Require.Bpf();
        await using InstrumentationSession session = await StartAsync(new OverheadBudget { CpuPercent = Most });
        ProbeHandle quiet = await session.AttachAsync(Probe.Function("libc.so.6", "gethostid").ThisProcess().Count());
        ProbeHandle handle = await session.AttachAsync(Probe.Function("libc.so.6", "fsync").ThisProcess().Capture(c => new { Fd = c.Arg<int>(0), Result = c.Return<int>(), c.Duration }));
        using (CancellationTokenSource stop = new())
        {
            Task storm = Task.Run(
                () =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        _ = Fsync(BadDescriptor);
                    }
                },
                CancellationToken.None);
            Stopwatch reduced = Stopwatch.StartNew();
            while (session.Governor!.Cost.CpuPercent > Most || handle.Level == ProbeLevel.Full)
            {
                Assert.True(reduced.Elapsed < TimeSpan.FromSeconds(10), $"{session.Governor.Cost}: {handle.Statistics}");
                await Task.Delay(20);
            }

            output.WriteLine($"reduced after {reduced.ElapsedMilliseconds} ms: {handle.Statistics}, {handle.Coverage}");
            Assert.Equal((ProbeLevel.Off, ProbeState.Blind), (handle.Level, handle.State));
            long hits = handle.Statistics.Hits;
            await Task.Delay(300);
            Assert.Equal(hits, handle.Statistics.Hits);
            await stop.CancelAsync();
            await storm;
        }

        Stopwatch calm = Stopwatch.StartNew();
        while (handle.Level != ProbeLevel.Full && calm.Elapsed < TimeSpan.FromSeconds(25))
        {
            await Task.Delay(50);
        }

        foreach (GovernorStep step in session.Governor!.History)
        {
            output.WriteLine($"{step.Timestamp / 1_000_000} ms: {step}");
        }

        Assert.Equal((ProbeLevel.Full, ProbeState.Armed, ProbeLevel.Full), (handle.Level, handle.State, quiet.Level));
        Assert.All(session.Governor.History, step => Assert.Same(handle, step.Probe));
        long before = handle.Statistics.Emitted;
        for (int i = 0; i < 10; i++)
        {
            _ = Fsync(BadDescriptor);
        }

        Assert.Equal(before + 10, handle.Statistics.Emitted);
    }

    [Fact]
    public async Task Levels_CountOrSampleOrDetach_AndAnUpdateStaysReduced()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle handle = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess().When(c => c.Arg<int>("fd") < 0));
        Call(10);
        Assert.True(handle.TryReduce(ProbeReduction.Counted, ProbeReduction.Counted, "a test"));
        long emitted = handle.Statistics.Emitted;
        Call(100);
        Assert.Equal((110, 110), (handle.Statistics.Hits, handle.Statistics.Passed));
        Assert.InRange(handle.Statistics.Emitted - emitted, 0, Environment.ProcessorCount);
        Assert.True(handle.TryReduce(ProbeReduction.Off, ProbeReduction.Off, "a test"));
        Call(100);
        await handle.UpdateAsync(static spec => spec.Always());
        Assert.Equal(110, handle.Statistics.Hits);
        Assert.True(handle.TryReduce(ProbeReduction.Sampled(10), ProbeReduction.Sampled(10), "a test"));
        emitted = handle.Statistics.Emitted;
        Call(1000);
        Assert.Equal(1110, handle.Statistics.Hits);
        Assert.InRange(handle.Statistics.Emitted - emitted, 99, 100 + Environment.ProcessorCount);
        Assert.True(handle.TryReduce(ProbeReduction.None, ProbeReduction.None, "a test"));
        emitted = handle.Statistics.Emitted;
        Call(10);
        Assert.Equal(emitted + 10, handle.Statistics.Emitted);
        Assert.Equal(ProbeState.Armed, handle.State);

        static void Call(int times)
        {
            for (int i = 0; i < times; i++)
            {
                _ = Fsync(BadDescriptor);
            }
        }
    }

    [Fact]
    public async Task Forecast_OfASystemCall_CountsIt()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using CancellationTokenSource stop = new();
        Task load = Task.Run(
            () =>
            {
                Stopwatch time = Stopwatch.StartNew();
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    while (i > time.Elapsed.TotalMilliseconds * 10)
                    {
                        Thread.Sleep(1);
                    }

                    _ = Fsync(i % 2 == 0 ? -1 : -2);
                }
            },
            CancellationToken.None);
        CostForecast forecast = await session.ForecastAsync(Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == -1), TimeSpan.FromMilliseconds(400));
        await stop.CancelAsync();
        await load;
        output.WriteLine(forecast.ToString());
        Assert.InRange(forecast.HitsPerSecond, 5_000, 20_000);
        Assert.InRange(forecast.HitsPerSecond / forecast.EventsPerSecond, 1.6, 2.4);
        Assert.Empty(session.Probes);
    }

    private static Task<InstrumentationSession> StartAsync(OverheadBudget budget) =>
        InstrumentationSession.StartAsync([new EbpfBackend()], new InstrumentationOptions { Budget = budget });

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = false)]
    private static partial int Fsync(int descriptor);
}
