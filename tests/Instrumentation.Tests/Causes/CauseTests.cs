using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Causes;

/// <summary>What the kernel sees belongs to the request that caused it, through awaits and across threads.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CauseTests(ITestOutputHelper output)
{
    private const int Requests = 25_000;
    private const int AtOnce = 64;
    private const int Stores = 128;

    [Fact]
    public async Task SystemCalls_OfManyRequestsAtOnce_EachLandOnTheirOwn()
    {
        InstrumentationSession session = await StartAsync();
        ProbeHandle<int> orders = await session.AttachAsync(Probe.Method(() => Shop.OrderAsync(0)).AsSpan().Capture(c => c.Arg<int>(0)).Named("order"));
        ProbeHandle<int> flushes = await session.AttachAsync(Probe.Method(() => Shop.Flush(0)).AsSpan().Capture(c => c.Arg<int>(0)).Named("flush"));
        ProbeHandle<int> opens = await session.AttachAsync(Probe.Syscall("openat").ThisProcess().When(c => c.Arg<int>("dfd") <= -101).Capture(c => -101 - c.Arg<int>("dfd")).Named("openat"));
        ProbeHandle<int> syncs = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess().When(c => c.Arg<int>("fd") <= -2).Capture(c => -2 - c.Arg<int>("fd")).Named("fsync"));
        using SemaphoreSlim room = new(AtOnce);
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(number => Task.Run(async () =>
        {
            await room.WaitAsync();
            try
            {
                await Shop.OrderAsync(number);
            }
            finally
            {
                room.Release();
            }
        })));
        await session.DisposeAsync();
        Assert.Equal(0, session.Events.Loss.Total);

        Dictionary<int, long> orderOf = [];
        Dictionary<int, (long Span, long Parent)> flushOf = [];
        List<(int Number, long Span)> opened = [];
        List<(int Number, long Span)> flushed = [];
        await foreach (ProbeEvent one in session.Events)
        {
            if (orders.TryRead(one, out int number))
            {
                orderOf.Add(number, one.SpanId);
            }
            else if (flushes.TryRead(one, out number))
            {
                flushOf.Add(number, (one.SpanId, one.Span.Id));
            }
            else if (opens.TryRead(one, out number))
            {
                opened.Add((number, one.Span.Id));
            }
            else if (syncs.TryRead(one, out number))
            {
                flushed.Add((number, one.Span.Id));
            }
        }

        int right = opened.Count(one => orderOf[one.Number] == one.Span) + flushed.Count(one => flushOf[one.Number].Span == one.Span);
        output.WriteLine($"{opened.Count + flushed.Count} system calls of {Requests} requests, {right} on the span that caused them");
        Assert.Equal((Requests, Requests), (orderOf.Count, flushOf.Count));
        Assert.Equal(Requests, orderOf.Values.Distinct().Count());
        Assert.Equal(Requests * Shop.CallsOfAnOrder, opened.Count + flushed.Count);
        Assert.Equal(Requests * Shop.CallsOfAnOrder, right);
        Assert.All(flushOf, one => Assert.Equal(orderOf[one.Key], one.Value.Parent));
    }

    [Fact]
    public async Task Totals_OfManyRequestsAtOnce_AreTheirOwn()
    {
        string path = Path.GetTempFileName();
        int descriptor = Shop.Create(path);
        byte[] data = new byte[Shop.BytesOfAStore + Stores];
        InstrumentationSession session = await StartAsync();
        Accounting accounting = await session.AccountAsync(TestContext.Current.CancellationToken);
        Assert.Empty(accounting.Gaps);
        ProbeHandle<int> stores = await session.AttachAsync(Probe.Method(() => Shop.StoreAsync(0, 0, Array.Empty<byte>())).AsSpan().Capture(c => c.Arg<int>(0)));
        await Shop.StoreAsync(0, descriptor, data);
        await Task.WhenAll(Enumerable.Range(1, Stores - 1).Select(number => Task.Run(() => Shop.StoreAsync(number, descriptor, data))));
        await session.DisposeAsync();
        Assert.Equal(0, Shop.Close(descriptor));
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
        Assert.True(totals.Count(static one => one.Value.BytesWritten == Shop.BytesOfAStore + one.Key + 1) >= Stores * 9 / 10, "each request's bytes are its own");
        Assert.All(totals, static one =>
        {
            Assert.InRange(one.Value.BytesWritten, Shop.BytesOfAStore + one.Key + 1, Shop.BytesOfAStore + one.Key + 100);
            Assert.True(one.Value.Syscalls >= 3, "two writes and a sleep");
            Assert.True(one.Value.OffCpuNanoseconds >= (Shop.SleepOfAStore - 1) * 1_000_000L, one.ToString());
        });

        // One that is preempted while it is going to sleep waits for a processor instead.
        Assert.True(totals.Count(static one => one.Value.SleepNanoseconds >= (Shop.SleepOfAStore - 1) * 1_000_000L) >= Stores * 3 / 4, "sleep is sleep");
    }

    private static Task<InstrumentationSession> StartAsync()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint) is { Answer: not CapabilityAnswer.Yes }, $"{CapabilityNames.ProgramRawTracepoint}: BPF programs cannot be loaded here.");
        return InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 64 * 1024 * 1024, ReaderBufferBytes = 64 * 1024 * 1024, RingBytesPerThread = 4 * 1024 * 1024 });
    }
}
