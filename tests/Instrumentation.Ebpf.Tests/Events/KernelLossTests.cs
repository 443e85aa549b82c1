using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Events;

namespace Instrumentation.Ebpf.Tests.Events;

/// <summary>Records that find no room in the kernel's ring.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KernelLossTests
{
    [Fact]
    public async Task FullRing_LosesByProbeAndProcessor_AndStopsNobody()
    {
        const int RecordBytes = EventRecordHeader.Size + sizeof(long) + 8;
        const int Fitting = KernelRing.Bytes / RecordBytes;
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeSpec calls = Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);
        ProbeHandle<long> handle = await session.AttachAsync(calls.Capture(c => c.Arg<long>("offset")).Named("flooded"));
        AggregateHandle<CountTable<int>> byProcessor = await session.AttachAsync(calls.CountBy(c => c.Cpu));
        using (PausedPump pause = await PausedPump.StartAsync())
        {
            (long Value, int Key)[] some = Seeks.Many((Fitting / 2) + 50_000);
            Seeks.CallOnThreads([some, some]);
        }

        await handle.DisposeAsync();
        await byProcessor.DisposeAsync();
        List<ProbeEvent<long>> seen = [];
        await foreach (ProbeEvent<long> one in handle.Events)
        {
            seen.Add(one);
        }

        EventLoss loss = session.Events.Loss;
        ProbeStatistics statistics = handle.Statistics;
        Assert.Equal(2 * ((Fitting / 2) + 50_000), statistics.Passed);
        Assert.InRange(statistics.Emitted, Fitting - 2, Fitting);
        Assert.Equal(statistics.Emitted, seen.Count);
        Assert.Equal(statistics.Passed - statistics.Emitted, statistics.Lost);
        Assert.Equal((statistics.Lost, statistics.Lost), (loss.Total, loss.ByProbe["flooded"].RingFull));
        Assert.Equal(statistics.Lost, loss.ByProcessor.Values.Sum());
        Assert.All(loss.ByProcessor, row => Assert.InRange(row.Value, 1, byProcessor.Read()[row.Key]));
        Dictionary<int, int> delivered = seen.CountBy(static one => one.Event.Processor).ToDictionary();
        Assert.All(byProcessor.Read().Rows, row => Assert.Equal(row.Count, delivered.GetValueOrDefault(row.Key) + loss.ByProcessor.GetValueOrDefault(row.Key)));
        Assert.Contains("flooded: ring full", loss.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramsThatTheKernelLeavesOut_AreInTheLedger()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The tracepoint of page faults is one of x86.");
        await using InstrumentationSession session = await KernelSession.StartAsync();

        // Each call makes a program of one probe fault in the kernel. That runs a program of the other, which faults as well, so the kernel would have to run it within itself.
        await using AggregateHandle<CountSnapshot> faulting = await session.AttachAsync(
            Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor && c.Memory<int>(c.Arg<long>("offset")) == 1).Count());
        ProbeHandle nested = await session.AttachAsync(Probe.RawTracepoint("page_fault_kernel").ThisProcess().When(c => c.Memory<int>(8) == 1).Named("nested"));
        Seeks.CallOnThreads([[.. Enumerable.Repeat((8L, 1), 1000)]]);
        await nested.DisposeAsync();
        Assert.Equal(1000, faulting.Statistics.Faults);
        Assert.InRange(nested.Statistics.Hits, 1000, 2000);
        Assert.InRange(nested.Statistics.Lost, 1000, nested.Statistics.Hits);
        EventLoss loss = session.Events.Loss;
        Assert.Equal(nested.Statistics.Lost, loss.ByProbe["nested"].Missed);
        Assert.Equal(loss.Total, loss.ByProbe["nested"].Total);
        Assert.Empty(loss.ByProcessor);
        Assert.Contains($"missed {nested.Statistics.Lost}", loss.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Keeps the pump busy with a source that does not come to an end until this is disposed.</summary>
    private sealed class PausedPump : IRecordSource, IDisposable
    {
        private readonly ManualResetEventSlim _go = new();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<PausedPump> StartAsync()
        {
            PausedPump pump = new();
            EventPump.Shared.AddSource(pump);
            await pump._reached.Task.WaitAsync(TimeSpan.FromSeconds(10));
            return pump;
        }

        public ulong Reserved => 0;

        public ulong Drain(IRecordTaker taker)
        {
            _reached.TrySetResult();
            _go.Wait();
            return 0;
        }

        public void Dispose()
        {
            _go.Set();
            EventPump.Shared.RemoveSourceAsync(this).Wait(TimeSpan.FromSeconds(10));
        }
    }
}
