using System.Diagnostics;
using System.IO.Pipelines;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Harm;

/// <summary>Consumers of events that die, leave or stand still harm neither the program that is observed nor the other consumers.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ConsumerTests(ITestOutputHelper output)
{
    private const int Calls = 120_000;

    [Fact]
    public async Task ConsumersDieInEveryWay_TheOthersGetEverythingAndOnlyTheSlowLose()
    {
        bool kernel = KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint).Answer == CapabilityAnswer.Yes;
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            RingBytesPerThread = 4 * 1024 * 1024,
            ReaderBufferBytes = 4 * 1024 * 1024,
        });
        List<ProbeHandle> probes = [await session.AttachAsync(Probe.Method(() => Seeks.Call(0)).Capture(c => c.Arg<long>(0)))];
        if (kernel)
        {
            probes.Add(await session.AttachAsync(Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor).Capture(c => c.Arg<long>("offset"))));
        }

        Progress good = new();
        Task reading = good.ReadAsync(session.Events);
        Task[] dying =
        [
            ThrowingAsync(session.Events),
            LeavingAsync(session.Events),
            CancelledAsync(session.Events),
            CompletingAsync(session.Events.OpenRecordReader()),
            BrokenPipeAsync(session.Events),
        ];
        PipeReader standing = session.Events.OpenRecordReader();
        long seenByStanding = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(thread => new Thread(() =>
        {
            for (int call = 0; call < Calls / 2; call++)
            {
                while (call * 2 * probes.Count - good.Seen > 20_000)
                {
                    Thread.Sleep(1);
                }

                _ = Seeks.Call(call);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        await Task.WhenAll(dying).WaitAsync(TimeSpan.FromSeconds(30));
        Array.ForEach(threads, static thread => thread.Join());
        await session.DisposeAsync();
        await reading;
        while (await standing.ReadAsync() is { Buffer.IsEmpty: false } read)
        {
            System.Buffers.ReadOnlySequence<byte> records = read.Buffer;
            while (session.Events.TryRead(ref records, out _))
            {
                seenByStanding++;
            }

            standing.AdvanceTo(records.Start, records.End);
        }

        EventLoss loss = session.Events.Loss;
        output.WriteLine($"{good.Seen} events read, {seenByStanding} of them by the one that stood still; {loss}");
        Assert.All(probes, static probe => Assert.Equal((Calls, Calls), (probe.Statistics.Passed, probe.Statistics.Emitted)));
        Assert.Equal((long)Calls * probes.Count, good.Seen);
        Assert.InRange(seenByStanding, 1, good.Seen - 1);

        // What the one that stood still has not seen is missing for no other reason. Those that died may have been too slow before.
        long tooSlow = loss.Probes.Sum(static row => row.Loss.ReaderTooSlow);
        Assert.InRange(tooSlow, good.Seen - seenByStanding, (good.Seen - seenByStanding) * (1 + dying.Length));
        Assert.Equal(loss.Total, tooSlow);
    }

    private static async Task ThrowingAsync(EventStream events) => await Assert.ThrowsAsync<InvalidOperationException>(async () =>
    {
        int seen = 0;
        await foreach (ProbeEvent one in events)
        {
            if (++seen == 1000)
            {
                throw new InvalidOperationException();
            }
        }
    });

    private static async Task LeavingAsync(EventStream events)
    {
        IAsyncEnumerator<ProbeEvent> enumerator = events.GetAsyncEnumerator();
        Assert.True(await enumerator.MoveNextAsync());
        await enumerator.DisposeAsync();
    }

    private static async Task CancelledAsync(EventStream events)
    {
        using CancellationTokenSource stop = new(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ProbeEvent one in events.WithCancellation(stop.Token))
            {
            }
        });
    }

    private static async Task CompletingAsync(PipeReader reader)
    {
        ReadResult read = await reader.ReadAsync();
        Assert.False(read.Buffer.IsEmpty);
        await reader.CompleteAsync(new InvalidOperationException());
    }

    // The consumer is a program at the other end of a pipe, which is killed.
    private static async Task BrokenPipeAsync(EventStream events)
    {
        using Process program = Process.Start(new ProcessStartInfo("/bin/cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task<long> writing = JsonLinesWriter.WriteAsync(events, program.StandardInput.BaseStream);
        Assert.True(await program.StandardOutput.BaseStream.ReadAsync(new byte[100]) > 0);
        program.Kill();
        await Assert.ThrowsAsync<IOException>(() => writing);
        await program.WaitForExitAsync();
    }

    private sealed class Progress
    {
        private long _seen;

        public long Seen => Volatile.Read(ref _seen);

        public async Task ReadAsync(EventStream events)
        {
            await foreach (ProbeEvent one in events)
            {
                Volatile.Write(ref _seen, _seen + 1);
            }
        }
    }
}
