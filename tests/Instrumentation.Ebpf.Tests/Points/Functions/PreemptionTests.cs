using System.Collections.Concurrent;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>Programs on functions of processes can be preempted: what one run keeps in memory of the processor, another may not write.</summary>
[Trait("Kernel", "Matrix")]
public sealed class PreemptionTests
{
    private const int ThreadCount = 8;
    private const int CallsPerThread = 2000;

    private sealed record Called(string? Text, int Thread);

    [Fact]
    public async Task Texts_OfThreadsThatTakeProcessorsFromEachOther_AreNeverMixed()
    {
        Require.Bpf();
        InstrumentationOptions options = new() { BacklogBytes = 64 * 1024 * 1024, ReaderBufferBytes = 128 * 1024 * 1024 };
        await using InstrumentationSession session = await InstrumentationSession.StartAsync([new EbpfBackend()], options);
        ProbeHandle<Called> handle = await session.AttachAsync(
            Probe.Function("libc.so.6", "inet_network").OnEntry().ThisProcess()
                .When(c => c.String(c.Arg<nint>(0)).StartsWith("preempt"))
                .Capture(c => new Called(c.String(c.Arg<nint>(0)), c.ThreadId)));
        ConcurrentDictionary<int, string> texts = [];
        using Barrier together = new(ThreadCount);
        Thread[] threads = [.. Enumerable.Range(0, ThreadCount).Select(number => new Thread(() =>
        {
            string text = "preempt" + new string((char)('a' + number), 240);
            texts[Threads.CurrentId()] = text;
            together.SignalAndWait();
            for (int i = 0; i < CallsPerThread; i++)
            {
                _ = NativeCalls.InetNetwork(text);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        await handle.DisposeAsync();
        int seen = 0;
        int mixed = 0;
        await foreach (ProbeEvent<Called> one in handle.Events)
        {
            seen++;
            mixed += one.Value.Text == texts[one.Value.Thread] ? 0 : 1;
        }

        Assert.Equal(0, mixed);
        Assert.Equal(ThreadCount * CallsPerThread, seen + handle.Statistics.Lost);
        Assert.True(seen > ThreadCount * CallsPerThread / 2, $"{handle.Statistics.Lost} lost");
    }
}
