using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Attribution;

/// <summary>What the kernel counts for a request is what the request did, through awaits and across threads.</summary>
[Collection(nameof(AloneCollection))]
public sealed class TotalsTests(ITestOutputHelper output)
{
    private const int Stores = 128;

    [Fact]
    public async Task Totals_OfManyRequestsAtOnce_AreTheirOwn()
    {
        string path = Path.GetTempFileName();
        int descriptor = StoreService.Create(path);
        byte[] data = new byte[StoreService.BytesOfAStore + Stores];
        InstrumentationSession session = await StartAsync();
        Accounting accounting = await session.AccountAsync(TestContext.Current.CancellationToken);
        Assert.Empty(accounting.Gaps);
        ProbeHandle<int> stores = await session.AttachAsync(Probe.Method(() => StoreService.StoreAsync(0, 0, Array.Empty<byte>())).AsSpan().Capture(c => c.Arg<int>(0)));
        await StoreService.StoreAsync(0, descriptor, data);
        await Task.WhenAll(Enumerable.Range(1, Stores - 1).Select(number => Task.Run(() => StoreService.StoreAsync(number, descriptor, data))));
        await session.DisposeAsync();
        Assert.Equal(0, StoreService.Close(descriptor));
        File.Delete(path);
        Dictionary<int, SpanTotals> totals = [];
        await foreach (ProbeEvent<int> one in stores.Events)
        {
            Assert.NotNull(one.Event.Totals);
            totals.Add(one.Value, one.Event.Totals.Value);
        }

        Assert.Equal(Enumerable.Range(0, Stores), totals.Keys.Order());
        output.WriteLine(string.Join(Environment.NewLine, totals.Take(5)));
        totals.Remove(0);

        // The runtime writes the names of its threads, now and then on the thread of a request.
        Assert.True(totals.Count(static one => one.Value.BytesWritten == StoreService.BytesOfAStore + one.Key + 1) >= Stores * 9 / 10, "each request's bytes are its own");
        Assert.All(totals, static one =>
        {
            Assert.InRange(one.Value.BytesWritten, StoreService.BytesOfAStore + one.Key + 1, StoreService.BytesOfAStore + one.Key + 100);
            Assert.True(one.Value.Syscalls >= 2, "two writes");
        });

        // Not all of them: what a thread did last before it leaves a call can come after the call's record (decision 9).
        KeyValuePair<int, SpanTotals>[] incomplete = [.. totals.Where(static one => one.Value.Syscalls < 3 || one.Value.OffCpuNanoseconds < (StoreService.SleepOfAStore - 1) * 1_000_000L)];
        output.WriteLine($"{incomplete.Length} of {totals.Count} lack the sleep: {string.Join(Environment.NewLine, incomplete)}");
        Assert.InRange(incomplete.Length, 0, Stores / 20);

        // One that is preempted while it is going to sleep waits for a processor instead.
        Assert.True(totals.Count(static one => one.Value.SleepNanoseconds >= (StoreService.SleepOfAStore - 1) * 1_000_000L) >= Stores * 3 / 4, "sleep is sleep");
    }

    private static Task<InstrumentationSession> StartAsync()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint) is { Answer: not CapabilityAnswer.Yes }, $"{CapabilityNames.ProgramRawTracepoint}: BPF programs cannot be loaded here.");
        return InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 64 * 1024 * 1024, ReaderBufferBytes = 64 * 1024 * 1024, RingBytesPerThread = 4 * 1024 * 1024 });
    }
}
