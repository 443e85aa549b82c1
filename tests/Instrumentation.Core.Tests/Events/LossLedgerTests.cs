using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed class LossLedgerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loss_TinyRings_PassedIsReadPlusLost()
    {
        InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 4096, ReaderBufferBytes = 1 << 28 });
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("tiny"), Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        FakeSession.OnThreads(4, _ => Hit(probe, 20_000));
        await session.DisposeAsync();
        int read = (await reading).Count;
        EventLoss loss = session.Events.Loss;
        Assert.Equal(80_000, probe.Statistics.Passed);
        Assert.Equal(80_000, read + loss.Total);
        Assert.True(loss.Total > 0, "4 KiB cannot have been enough");
        Assert.Equal(loss.Total, loss.ByProbe["tiny"].RingFull);
        Assert.Equal(loss.Total, probe.Statistics.Lost);
        Assert.Equal(read, probe.Statistics.Emitted);
        Assert.Equal(loss.Total, loss.ByThread.Values.Sum() + loss.EndedThreads);
    }

    [Fact]
    public async Task Loss_ReaderThatDoesNotRead_IsCountedForItAlone()
    {
        InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 100 * EventRecordHeader.Size });
        ProbeHandle first = await session.AttachAsync(FakeSession.Spec("first"), Cancellation);
        ProbeHandle second = await session.AttachAsync(FakeSession.Spec("second"), Cancellation);
        IAsyncEnumerator<ProbeEvent> slow = session.Events.GetAsyncEnumerator(Cancellation);
        FakeSession.OnThread(() =>
        {
            Hit(first, 60);
            Hit(second, 60);
        });
        await session.DisposeAsync();
        List<string> read = [];
        while (await slow.MoveNextAsync())
        {
            read.Add(slow.Current.Probe);
        }

        await slow.DisposeAsync();
        Assert.Equal([.. Enumerable.Repeat("first", 60), .. Enumerable.Repeat("second", 40)], read);
        EventLoss loss = session.Events.Loss;
        Assert.Equal(new ProbeLoss(0, 20, 0, 0), loss.ByProbe["second"]);
        Assert.False(loss.ByProbe.ContainsKey("first"));
        Assert.Equal(20, loss.Total);
        Assert.Equal(20, second.Statistics.Lost);
        Assert.Equal(20, loss.ByThread.Values.Sum() + loss.EndedThreads);
    }

    [Fact]
    public async Task Loss_ReaderThatCatchesUp_LosesNothingMore()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 10 * EventRecordHeader.Size });
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        IAsyncEnumerator<ProbeEvent> reader = session.Events.GetAsyncEnumerator(Cancellation);
        for (int round = 0; round < 20; round++)
        {
            FakeSession.OnThread(() => Hit(probe, 10));
            for (int i = 0; i < 10; i++)
            {
                Assert.True(await reader.MoveNextAsync());
            }
        }

        Assert.Equal(0, session.Events.Loss.Total);
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task Loss_NobodyReads_TheNewestAreCountedAsUnread()
    {
        InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { BacklogBytes = 10 * EventRecordHeader.Size });
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        FakeSession.OnThread(() => Hit(probe, 25));
        await session.DisposeAsync();
        Assert.Equal(new ProbeLoss(0, 0, 15, 0), session.Events.Loss.ByProbe["a"]);
        Assert.Equal(15, probe.Statistics.Lost);
        Assert.Equal(10, (await FakeSession.ReadAllAsync(session.Events)).Count);
    }

    [Fact]
    public async Task Loss_WhileThreadsRun_NamesThem()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 4096 });
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        int threadId = 0;
        FakeSession.OnThread(() =>
        {
            threadId = Environment.CurrentManagedThreadId;
            while (probe.Statistics.Lost == 0)
            {
                Hit(probe, 1000);
            }

            Assert.Equal(probe.Statistics.Lost, session.Events.Loss.ByThread[threadId]);
            Assert.Equal(0, session.Events.Loss.EndedThreads);
        });
        await FakeSession.UntilAsync(() => session.Events.Loss.EndedThreads == probe.Statistics.Lost);
        Assert.False(session.Events.Loss.ByThread.ContainsKey(threadId));

        // The next thread gets the state of the one that has ended, and not its losses.
        FakeSession.OnThread(() =>
        {
            Hit(probe, 1);
            Assert.Empty(session.Events.Loss.ByThread);
        });
        Assert.Equal(session.Events.Loss.Total, session.Events.Loss.EndedThreads);
    }

    [Fact]
    public async Task Loss_ProbesOfOneName_AreListedApart()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        ProbeHandle detached = await session.AttachAsync(FakeSession.Spec("same"), Cancellation);
        ProbeHandle sound = await session.AttachAsync(FakeSession.Spec("same"), Cancellation);
        ProbeHandle live = await session.AttachAsync(FakeSession.Spec("same"), Cancellation);
        FakeSession.OnThread(() =>
        {
            Hit(detached, 3);
            Hit(live, 5);
        });
        await detached.DisposeAsync();
        await FakeSession.UntilAsync(() => session.Events.Delivered == 8);
        EventLoss loss = session.Events.Loss;
        Assert.Equal([new(live.Id, "same", new(0, 0, 5, 0)), new(detached.Id, "same", new(0, 0, 3, 0))], loss.Probes);
        Assert.DoesNotContain(loss.Probes, row => row.ProbeId == sound.Id);
        Assert.Equal(new ProbeLoss(0, 0, 8, 0), Assert.Single(loss.ByProbe).Value);
        Assert.Equal(8, loss.Total);
        string[] lines = loss.ToString().Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"  same (probe {live.Id}): ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"  same (probe {detached.Id}): ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_VeryManyDetachedProbes_TheOldestAreSummedByName()
    {
        const int Probes = 1100;
        LossLedger ledger = new();
        for (int i = 0; i < Probes; i++)
        {
            ProbeRuntime probe = new(FakeSession.Spec("same"), ProbeSlots.NextId(), 0) { Slot = 0 };
            ledger.Add(probe);
            probe.Tally.CountUnread();
            ledger.Retire(probe);
        }

        EventLoss loss = ledger.Read(0);
        Assert.Equal((Probes, Probes), (loss.Total, loss.ByProbe["same"].Unread));
        Assert.Equal(1025, loss.Probes.Count);
        Assert.Equal(new ProbeLossRow(0, "same", new ProbeLoss(0, 0, Probes - 1024, 0)), loss.Probes[0]);
        Assert.Contains("same (earlier ones): ", loss.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToString_WithAndWithoutLoss_SaysWhatAndWhy()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("Shop.Orders::Place"), Cancellation);
        Assert.Equal("nothing lost", session.Events.Loss.ToString());
        FakeSession.OnThread(() => Hit(probe, 3));
        await FakeSession.UntilAsync(() => session.Events.Delivered == 3);
        Assert.Equal(
            $"3 lost{Environment.NewLine}  Shop.Orders::Place: ring full 0, reader too slow 0, unread 3, late 0",
            session.Events.Loss.ToString());
    }

    private static void Hit(ProbeHandle probe, int count)
    {
        for (int i = 0; i < count; i++)
        {
            FakeHook.Hit(probe);
        }
    }
}
