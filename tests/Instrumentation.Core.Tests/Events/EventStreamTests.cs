using System.Buffers;
using System.IO.Pipelines;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed class EventStreamTests
{
    private static readonly ProbeSpec Numbered = FakeSession.Spec("numbered") with { CaptureShape = FakeCapture.Fields(("N", typeof(int))) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enumeration_HitsOfOneThread_ComeInOrderAndEndWithTheSession()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        Hit(probe, 0, 1000);
        await session.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 1000), Numbers(await reading));
        Assert.Equal(new ProbeStatistics(1000, 1000, 1000, 0, 0), probe.Statistics);
        Assert.Equal(0, session.Events.Loss.Total);
    }

    [Fact]
    public async Task Enumeration_FourWriters_IsInTheOrderOfTimesAndKeepsEachWritersOrder()
    {
        const int Writers = 4;
        const int Each = 20_000;
        InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 4 * 1024 * 1024, ReaderBufferBytes = 1 << 28 });
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        FakeSession.OnThreads(Writers, index =>
        {
            for (int i = 0; i < Each; i++)
            {
                FakeHook.Hit(probe, FakeFields.Of((index * Each) + i));
            }
        });
        await session.DisposeAsync();
        List<ProbeEvent> events = await reading;
        Assert.Equal(Writers * Each, events.Count);
        Assert.Equal(0, session.Events.Loss.Late);
        Assert.All(events.Zip(events.Skip(1)), static pair => Assert.True(pair.First.Timestamp <= pair.Second.Timestamp));
        foreach (IGrouping<int, int> writer in Numbers(events).GroupBy(static n => n / Each))
        {
            Assert.Equal(Enumerable.Range(writer.Key * Each, Each), writer);
        }
    }

    [Fact]
    public async Task Enumeration_WriterStallsInsideItsHook_IsStillInTheOrderOfTimes()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        using ManualResetEventSlim inHook = new();
        FakeSession.OnThreads(2, index =>
        {
            if (index == 0)
            {
                FakeHook.Hit(probe, FakeFields.Of(-1), inside: () =>
                {
                    inHook.Set();
                    Thread.Sleep(100);
                });
            }
            else
            {
                inHook.Wait(Cancellation);
                for (int i = 0; i < 50; i++)
                {
                    FakeHook.Hit(probe, FakeFields.Of(i));
                    Thread.Sleep(1);
                }
            }
        });
        await session.DisposeAsync();
        Assert.Equal([-1, .. Enumerable.Range(0, 50)], Numbers(await reading));
        Assert.Equal(0, session.Events.Loss.Late);
    }

    [Fact]
    public async Task Enumeration_WriterStallsLongerThanTheLimit_ComesLateAndIsCounted()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        IAsyncEnumerator<ProbeEvent> events = session.Events.GetAsyncEnumerator(Cancellation);
        using ManualResetEventSlim inHook = new();
        using ManualResetEventSlim goOn = new();
        Thread stalled = new(() => FakeHook.Hit(probe, FakeFields.Of(1), inside: () =>
        {
            inHook.Set();
            goOn.Wait(TimeSpan.FromSeconds(30));
        }));
        stalled.Start();
        inHook.Wait(Cancellation);
        Hit(probe, 2, 1);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(2, events.Current.Fields["N"]);
        goOn.Set();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(1, events.Current.Fields["N"]);
        stalled.Join();
        Assert.Equal(new ProbeLoss(0, 0, 0, 1), session.Events.Loss.ByProbe["numbered"]);
        Assert.Equal(0, session.Events.Loss.Total);
        await events.DisposeAsync();
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Enumeration_StartsAfterHits_GetsTheBacklogFirst()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Hit(probe, 0, 10);
        await FakeSession.UntilAsync(() => session.Events.BacklogBytes == 10 * (EventRecordHeader.Size + sizeof(long)));
        IAsyncEnumerator<ProbeEvent> events = session.Events.GetAsyncEnumerator(Cancellation);
        Hit(probe, 10, 10);
        for (int i = 0; i < 20; i++)
        {
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(i, events.Current.Fields["N"]);
        }

        Assert.Equal(0, session.Events.BacklogBytes);
        await events.DisposeAsync();
    }

    [Fact]
    public async Task Enumeration_AfterTheSessionWasDisposed_GivesTheBacklogAndEnds()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Hit(probe, 0, 10);
        await session.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 10), Numbers(await FakeSession.ReadAllAsync(session.Events)));
        Assert.Empty(await FakeSession.ReadAllAsync(session.Events));
    }

    [Fact]
    public async Task Enumeration_SeveralReaders_EachSeesAllFromItsStart()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Task<List<ProbeEvent>> first = FakeSession.ReadAllAsync(session.Events);
        Hit(probe, 0, 500);
        await FakeSession.UntilAsync(() => session.Events.Delivered == 500);
        Task<List<ProbeEvent>> second = FakeSession.ReadAllAsync(session.Events);
        Task<List<ProbeEvent>> third = FakeSession.ReadAllAsync(session.Events);
        Hit(probe, 500, 500);
        await session.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 1000), Numbers(await first));
        Assert.Equal(Enumerable.Range(500, 500), Numbers(await second));
        Assert.Equal(Enumerable.Range(500, 500), Numbers(await third));
    }

    [Fact]
    public async Task Enumeration_IsLeft_LaterEventsWaitInTheBacklogAgain()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Hit(probe, 0, 1);
        await foreach (ProbeEvent item in session.Events.WithCancellation(Cancellation))
        {
            Assert.Equal(0, item.Fields["N"]);
            break;
        }

        Hit(probe, 1, 1);
        await FakeSession.UntilAsync(() => session.Events.BacklogBytes > 0);
        await foreach (ProbeEvent item in session.Events.WithCancellation(Cancellation))
        {
            Assert.Equal(1, item.Fields["N"]);
            break;
        }
    }

    [Fact]
    public async Task Enumeration_CancelledWhileWaiting_ThrowsWithTheToken()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        using CancellationTokenSource stop = new();
        Task<bool> waiting = session.Events.GetAsyncEnumerator(stop.Token).MoveNextAsync().AsTask();
        await stop.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(stop.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task Enumeration_CancelledBefore_ThrowsEvenIfEventsWait()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        Hit(probe, 0, 1);
        await FakeSession.UntilAsync(() => session.Events.BacklogBytes > 0);
        IAsyncEnumerator<ProbeEvent> events = session.Events.GetAsyncEnumerator(new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        await events.DisposeAsync();
    }

    [Fact]
    public async Task Current_BeforeAndAfterTheEnumeration_Throws()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        IAsyncEnumerator<ProbeEvent> events = session.Events.GetAsyncEnumerator(Cancellation);
        Assert.Throws<InvalidOperationException>(() => events.Current);
        await session.DisposeAsync();
        Assert.False(await events.MoveNextAsync());
        Assert.False(await events.MoveNextAsync());
        Assert.Throws<InvalidOperationException>(() => events.Current);
        await events.DisposeAsync();
        await events.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await events.MoveNextAsync());
    }

    [Fact]
    public async Task OpenRecordReader_Records_DecodeToTheSameEvents()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        PipeReader reader = session.Events.OpenRecordReader();
        Hit(probe, 0, 2000);
        await session.DisposeAsync();
        List<int> numbers = [];
        while (true)
        {
            ReadResult result = await reader.ReadAsync(Cancellation);
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (session.Events.TryRead(ref buffer, out ProbeEvent? item))
            {
                numbers.Add((int)item.Fields["N"]!);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await reader.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, 2000), numbers);
    }

    [Fact]
    public async Task TryRead_RecordInPieces_IsPutTogether()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(Numbered, Cancellation);
        PipeReader reader = session.Events.OpenRecordReader();
        Hit(probe, 7, 1);
        await session.DisposeAsync();
        byte[] record = (await reader.ReadAsync(Cancellation)).Buffer.ToArray();
        for (int cut = 1; cut < record.Length; cut++)
        {
            FakeSegment head = new(record.AsMemory(0, cut));
            ReadOnlySequence<byte> pieces = new(head, 0, head.Append(record.AsMemory(cut)), record.Length - cut);
            Assert.True(session.Events.TryRead(ref pieces, out ProbeEvent? item));
            Assert.Equal(7, item.Fields["N"]);
            Assert.True(pieces.IsEmpty);
            ReadOnlySequence<byte> part = new(record.AsMemory(0, cut));
            Assert.False(session.Events.TryRead(ref part, out _));
        }

        await reader.CompleteAsync();
    }

    private static void Hit(ProbeHandle probe, int first, int count) => FakeSession.OnThread(() =>
    {
        for (int i = 0; i < count; i++)
        {
            FakeHook.Hit(probe, FakeFields.Of(first + i));
        }
    });

    private static IEnumerable<int> Numbers(IEnumerable<ProbeEvent> events) => events.Select(static item => (int)item.Fields["N"]!);

    private sealed class FakeSegment : ReadOnlySequenceSegment<byte>
    {
        public FakeSegment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public FakeSegment Append(ReadOnlyMemory<byte> memory)
        {
            FakeSegment next = new(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
