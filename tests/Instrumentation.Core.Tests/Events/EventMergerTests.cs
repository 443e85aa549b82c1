using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed unsafe class EventMergerTests : IDisposable
{
    private readonly FakeThread _first = new();
    private readonly FakeThread _second = new();
    private readonly RecordingSink _sink = new();
    private readonly ProbeRuntime _probe = new(FakeSession.Spec("merged"), ProbeSlots.NextId(), 0);
    private readonly EventMerger _merger;

    public EventMergerTests()
    {
        nint[] states = [(nint)_first.State, (nint)_second.State];
        _merger = new EventMerger(version => (1, states));
        _probe.Sink = _sink;
        ProbeSlots.Add(_probe);
    }

    public void Dispose()
    {
        ProbeSlots.Remove(_probe);
        _merger.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public void Round_RecordsOfTwoThreads_DeliversThemByTime()
    {
        for (int i = 0; i < 100; i++)
        {
            (i % 3 == 0 ? _first : _second).Write(_probe.Id, i);
        }

        _merger.Round();
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => (long)i), _sink.Times);
        Assert.Equal(100, _probe.Tally.Delivered);
        Assert.Equal(0, _merger.HeldBytes);
    }

    [Fact]
    public void Round_RecordYoungerThanTheSlack_WaitsForTheNextRound()
    {
        _first.Write(_probe.Id, MonotonicClock.Now + 20_000_000);
        _merger.Round();
        Assert.Empty(_sink.Times);
        Thread.Sleep(30);
        _merger.Round();
        Assert.Single(_sink.Times);
    }

    [Fact]
    public void Round_AnotherThreadIsInsideItsHook_WaitsForItsRecord()
    {
        _merger.Round();
        _first.Guard = ThreadState.InHook;
        long early = MonotonicClock.Now;
        _second.Write(_probe.Id, early + 1);
        Thread.Sleep(5);
        _merger.Round();
        Assert.Empty(_sink.Times);

        _first.Write(_probe.Id, early);
        _first.Guard = ThreadState.Outside;
        Thread.Sleep(1);
        _merger.Round();
        Assert.Equal([early, early + 1], _sink.Times);
    }

    [Fact]
    public void Round_AnotherThreadIsInsideTheLibrary_DoesNotWait()
    {
        _merger.Round();
        _first.Guard = ThreadState.InLibrary;
        _second.Write(_probe.Id, MonotonicClock.Now);
        Thread.Sleep(1);
        _merger.Round();
        Assert.Single(_sink.Times);
    }

    [Fact]
    public void Round_ThreadIsAlwaysSeenInsideHooksButWrites_DoesNotHoldWhatItHasPassed()
    {
        _merger.Round();
        _first.Guard = ThreadState.InHook;
        long time = MonotonicClock.Now;
        _second.Write(_probe.Id, time);
        _first.Write(_probe.Id, time + 1);
        _second.Write(_probe.Id, time + 2);
        Thread.Sleep(1);
        _merger.Round();
        Assert.Equal([time, time + 1], _sink.Times);
    }

    [Fact]
    public void Round_ThreadStandsStillInsideItsHook_IsGivenUpAfterTheLimit()
    {
        _merger.Round();
        _first.Guard = ThreadState.InHook;
        _second.Write(_probe.Id, MonotonicClock.Now);
        long begin = Environment.TickCount64;
        while (_sink.Times.Count == 0 && Environment.TickCount64 - begin < 10_000)
        {
            Thread.Sleep(20);
            _merger.Round();
        }

        Assert.Single(_sink.Times);
        Assert.InRange(Environment.TickCount64 - begin, 950, 10_000);
    }

    [Fact]
    public void Round_RecordTimeInTheFarFuture_IsDeliveredAndBlocksNothing()
    {
        _first.Write(_probe.Id, long.MaxValue);
        _first.Write(_probe.Id, 5);
        _merger.Round();
        Assert.Equal(2, _sink.Times.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(52)]
    [InlineData(1 << 20)]
    [InlineData(-8)]
    [InlineData(int.MinValue)]
    public void Round_LengthThatMakesNoSense_DropsTheRestAndGoesOn(int length)
    {
        _first.Write(_probe.Id, 1);
        _first.Write(_probe.Id, 2, writtenLength: length);
        _first.Write(_probe.Id, 3);
        _second.Write(_probe.Id, 4);
        _merger.Round();
        Assert.Equal([1, 4], _sink.Times);
        Assert.Equal(1, _merger.Damages);

        _first.Write(_probe.Id, 5);
        _merger.Round();
        Assert.Equal([1, 4, 5], _sink.Times);
        Assert.Equal(1, _merger.Damages);
    }

    [Fact]
    public void Round_HeadThatMakesNoSense_DropsTheRing()
    {
        _first.State->Ring.Head = 1 << 30;
        _merger.Round();
        Assert.Equal(1, _merger.Damages);
        Assert.Equal(_first.State->Ring.Head, _first.State->Ring.Tail);
    }

    [Fact]
    public void Round_RecordsAcrossTheRingsEnd_AreWhole()
    {
        using FakeThread small = new(ringBytes: 1024);
        nint[] states = [(nint)small.State];
        using EventMerger merger = new(version => (1, states));
        int written = 0;
        for (int i = 0; i < 1000; i++)
        {
            written += small.Write(_probe.Id, i, length: EventRecordHeader.Size + (i % 12 * 8)) ? 1 : 0;
            if (i % 5 == 0)
            {
                merger.Round();
            }
        }

        merger.Round();
        Assert.Equal(1000, written);
        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => (long)i), _sink.Times);
        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => EventRecordHeader.Size + (i % 12 * 8)), _sink.Lengths);
    }

    [Fact]
    public void Round_ProbeWasRemoved_CountsTheRecordAsOrphan()
    {
        _first.Write(int.MaxValue, 1);
        _merger.Round();
        Assert.Empty(_sink.Times);
        Assert.Equal(1, _merger.Orphans);
    }

    [Fact]
    public void Round_SinkThrows_EndsItsRoundAndSkipsTheRecord()
    {
        _sink.ThrowAt = 2;
        _first.Write(_probe.Id, 1);
        _first.Write(_probe.Id, 2);
        _first.Write(_probe.Id, 3);
        Assert.Throws<InvalidOperationException>(() => _merger.Round());
        _merger.Round();
        Assert.Equal([1, 3], _sink.Times);
        Assert.Equal(2, _sink.Rounds);
    }

    private sealed class RecordingSink : IEventSink
    {
        public List<long> Times { get; } = [];

        public List<int> Lengths { get; } = [];

        public int Rounds { get; private set; }

        public long ThrowAt { get; set; } = -1;

        public void Deliver(ProbeRuntime probe, ReadOnlySpan<byte> record, long watermark)
        {
            fixed (byte* start = record)
            {
                EventRecordHeader* header = (EventRecordHeader*)start;
                if (header->Timestamp == ThrowAt)
                {
                    throw new InvalidOperationException();
                }

                Times.Add(header->Timestamp);
                Lengths.Add(record.Length);
            }
        }

        public void EndOfRound() => Rounds++;
    }
}
