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

        public void Drain(IRecordTaker taker)
        {
            _reached.TrySetResult();
            _go.Wait();
        }

        public void Dispose()
        {
            _go.Set();
            EventPump.Shared.RemoveSourceAsync(this).Wait(TimeSpan.FromSeconds(10));
        }
    }
}
