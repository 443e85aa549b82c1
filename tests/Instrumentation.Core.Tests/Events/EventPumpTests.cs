using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed class EventPumpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_NoProbeEmitsEvents_DoesNotPoll()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        await session.AttachAsync(FakeSession.Spec("counted").Count(), Cancellation);
        long before = await RestingAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("emitting"), Cancellation);
        await FakeSession.UntilAsync(() => EventPump.Shared.Rounds > before + 10);
        await probe.DisposeAsync();
        Assert.True(await RestingAsync() > before);
    }

    [Fact]
    public async Task FlushAsync_RecordsOfManyThreads_AreDeliveredWhenItCompletes()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        for (int round = 1; round <= 20; round++)
        {
            FakeSession.OnThreads(3, _ => FakeHook.Hit(probe));
            await EventPump.Shared.FlushAsync();
            Assert.Equal(round * 3, session.Events.Delivered);
        }
    }

    [Fact]
    public async Task FlushAsync_WithoutASession_IsDone() => await EventPump.Shared.FlushAsync().WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

    [Fact]
    public async Task Deliver_OnThePumpsThread_FiresNoHook()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        NestingSink sink = new(probe, probe.Runtime.Sink!);
        probe.Runtime.Sink = sink;
        FakeHook.Hit(probe);
        await FakeSession.UntilAsync(() => sink.Seen > 0);
        await EventPump.Shared.FlushAsync();
        Assert.Equal(1, sink.Seen);
        Assert.Equal(1, probe.Statistics.Hits);
        Assert.Equal(EventPump.ThreadName, sink.ThreadName);
    }

    // Ends when no round has come for a while: at the latest pace there would be ten.
    private static async Task<long> RestingAsync()
    {
        long rounds = -1;
        long end = Environment.TickCount64 + 20_000;
        while (rounds != EventPump.Shared.Rounds)
        {
            Assert.True(Environment.TickCount64 < end, "the pump still polls after 20 s");
            rounds = EventPump.Shared.Rounds;
            await Task.Delay(100, Cancellation);
        }

        return rounds;
    }

    /// <summary>Hits a probe while its record is delivered.</summary>
    private sealed class NestingSink(ProbeHandle probe, IEventSink inner) : IEventSink
    {
        public int Seen;

        public string? ThreadName { get; private set; }

        public void Deliver(ProbeRuntime runtime, ReadOnlySpan<byte> record, long watermark)
        {
            ThreadName = Thread.CurrentThread.Name;
            Interlocked.Increment(ref Seen);
            FakeHook.Hit(probe);
            inner.Deliver(runtime, record, watermark);
        }

        public void EndOfRound() => inner.EndOfRound();
    }
}
