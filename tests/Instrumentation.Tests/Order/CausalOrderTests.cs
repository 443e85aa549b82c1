using System.Diagnostics;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Tests.Order;

/// <summary>Managed and kernel events are one stream in the order of causes.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CausalOrderTests(ITestOutputHelper output)
{
    private const int Threads = 3;
    private const long Calls = 1_000_002;

    // So far a thread may be ahead of the reader: nothing is lost, on a machine of any speed.
    private const long Ahead = 10_000;

    // Of four million; most runs have none.
    private const long MostLate = 100;

    [Fact]
    public async Task MethodAndItsSystemCall_AMillionTimes_ComeInTheOrderOfTheirCauses()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint) is { Answer: not CapabilityAnswer.Yes }, $"{CapabilityNames.ProgramRawTracepoint}: BPF programs cannot be loaded here.");
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            RingBytesPerThread = 4 * 1024 * 1024,
            ReaderBufferBytes = 64 * 1024 * 1024,
        });
        ProbeSpec method = Probe.Method(() => Seeks.Call(0));
        ProbeSpec call = Probe.Syscall("lseek").ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);
        ProbeHandle<long>[] moments =
        [
            await session.AttachAsync(method.OnEntry().Capture(c => c.Arg<long>(0)).Named("method begins")),
            await session.AttachAsync(call.OnEntry().Capture(c => c.Arg<long>("offset")).Named("system call begins")),
            await session.AttachAsync(call.OnReturn().Capture(c => c.Arg<long>("offset")).Named("system call ends")),
            await session.AttachAsync(method.OnReturn().Capture(c => c.Arg<long>(0)).Named("method ends")),
        ];
        CausalOrder order = new(Threads);
        Task reading = ReadAsync(session, moments, order);
        Stopwatch watch = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Call(thread, order)))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        TimeSpan calling = watch.Elapsed;
        await session.DisposeAsync();
        await reading;

        EventLoss loss = session.Events.Loss;
        output.WriteLine(
            $"{order.Complete} calls by {Threads} threads, {order.Events} events in {watch.Elapsed.TotalSeconds:F1} s (calling {calling.TotalSeconds:F1} s), late {loss.Late}, displaced {order.Displaced}; {loss}");
        Assert.Equal(Calls * CausalOrder.Moments, order.Events + loss.Total);
        Assert.Equal(0, loss.Total);
        Assert.Equal((0, Calls), (order.Open, order.Complete));
        Assert.Empty(order.Contradictions);

        // A processor that is taken away from the machine between a program's look at the clock and its reservation makes a record late: that is told, record by record.
        Assert.Equal(loss.Late, order.Backwards);
        Assert.InRange(loss.Late, 0, MostLate);
        Assert.True(order.Displaced == 0 || loss.Late > 0, $"{order.Displaced} events were not the next of their thread, though none is late");
    }

    private static void Call(int thread, CausalOrder order)
    {
        for (long call = 0; call < Calls / Threads; call++)
        {
            while (call - order.Begun(thread) > Ahead)
            {
                Thread.Sleep(1);
            }

            _ = Seeks.Call(CausalOrder.Number(thread, call));
        }
    }

    private static async Task ReadAsync(InstrumentationSession session, ProbeHandle<long>[] moments, CausalOrder order)
    {
        await foreach (ProbeEvent one in session.Events)
        {
            for (int moment = 0; moment < moments.Length; moment++)
            {
                if (moments[moment].Id == one.ProbeId && moments[moment].TryRead(one, out long number))
                {
                    order.Add(number, moment, one.Timestamp);
                }
            }
        }
    }
}
