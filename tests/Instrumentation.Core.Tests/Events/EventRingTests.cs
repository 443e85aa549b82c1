using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

public sealed unsafe class EventRingTests : IDisposable
{
    private const int Size = 1024;

    private readonly EventRing* _ring;

    public EventRingTests()
    {
        _ring = (EventRing*)NativeMemory.AllocZeroed((nuint)sizeof(EventRing));
        _ring->Memory = (byte*)NativeMemory.AllocZeroed(Size);
        _ring->Mask = Size - 1;
    }

    public void Dispose()
    {
        NativeMemory.Free(_ring->Memory);
        NativeMemory.Free(_ring);
    }

    [Fact]
    public void Reserve_RingWithoutMemory_Refuses()
    {
        EventRing ring = new() { Mask = -1 };
        Assert.True(EventRing.Reserve(&ring, EventRecordHeader.Size) == null);
    }

    [Fact]
    public void Reserve_UntilFull_GivesAllBytesAndThenRefuses()
    {
        for (int i = 0; i < Size / 64; i++)
        {
            Assert.True(EventRing.Reserve(_ring, 64) == _ring->Memory + (i * 64));
            EventRing.Commit(_ring, 64);
        }

        Assert.True(EventRing.Reserve(_ring, 64) == null);
        _ring->Tail += 64;
        Assert.True(EventRing.Reserve(_ring, 64) == _ring->Memory);
    }

    [Fact]
    public void Reserve_WithoutCommit_PublishesNothing()
    {
        Assert.True(EventRing.Reserve(_ring, 64) != null);
        Assert.Equal(0, _ring->Head);
    }

    [Fact]
    public void Reserve_RecordThatDoesNotFitBeforeTheEnd_MarksTheRestAndBeginsAnew()
    {
        EventRing.Reserve(_ring, 968);
        EventRing.Commit(_ring, 968);
        _ring->Tail = 968;
        byte* record = EventRing.Reserve(_ring, 64);
        Assert.True(record == _ring->Memory);
        Assert.Equal(-56, *(int*)(_ring->Memory + 968));
        Assert.Equal(Size, _ring->Head);
    }

    [Fact]
    public void Reserve_RecordThatFitsExactlyBeforeTheEnd_NeedsNoMark()
    {
        EventRing.Reserve(_ring, 960);
        EventRing.Commit(_ring, 960);
        _ring->Tail = 960;
        Assert.True(EventRing.Reserve(_ring, 64) == _ring->Memory + 960);
        Assert.Equal(960, _ring->Head);
    }

    [Fact]
    public void Reserve_RecordLargerThanTheRing_Refuses() => Assert.True(EventRing.Reserve(_ring, Size) == null);

    [Fact]
    public void Reserve_RecordOfMoreThanHalfTheRingInTheMiddle_FitsAtTheNextTry()
    {
        // The ring is empty, but 600 bytes fit neither before the end nor, with the rest skipped, after it.
        EventRing.Reserve(_ring, 512);
        EventRing.Commit(_ring, 512);
        _ring->Tail = 512;
        Assert.True(EventRing.Reserve(_ring, 600) == null);
        _ring->Tail = _ring->Head;
        Assert.True(EventRing.Reserve(_ring, 600) == _ring->Memory);
    }

    // The many records go through a large ring: with a small one the threads wait for each other's time slices on a busy machine.
    [Theory]
    [InlineData(4 * 1024, 20_000)]
    [InlineData(1024 * 1024, 1_000_000)]
    public void Reserve_WriterAndReaderOnTwoThreads_NeitherLosesNorTearsARecord(int bytes, int records)
    {
        NativeMemory.Free(_ring->Memory);
        _ring->Memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _ring->Mask = bytes - 1;
        FakeReader reader = new(_ring);
        Thread writer = new(() => Write(_ring, records));
        writer.Start();
        long expected = 0;
        while (expected < records)
        {
            foreach ((long number, int length, bool whole) in reader.Drain())
            {
                // One plain test a record: three million assertions would mostly measure the collector.
                if (number != expected || length != LengthOf(number) || !whole)
                {
                    Assert.Fail($"record {expected} came as {number} with {length} bytes, whole: {whole}");
                }

                expected++;
            }
        }

        writer.Join();
        Assert.Equal(_ring->Head, _ring->Tail);
    }

    private static int LengthOf(long number) => EventRecordHeader.Size + (int)((ulong)number * 0x9E3779B97F4A7C15 >> 59) * 8;

    private static void Write(EventRing* ring, int records)
    {
        for (long number = 0; number < records; number++)
        {
            int length = LengthOf(number);
            byte* record;
            SpinWait wait = default;
            while ((record = EventRing.Reserve(ring, length)) == null)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }

            ((EventRecordHeader*)record)->Length = length;
            ((EventRecordHeader*)record)->Timestamp = number;
            new Span<byte>(record + EventRecordHeader.Size, length - EventRecordHeader.Size).Fill((byte)number);
            EventRing.Commit(ring, length);
        }
    }

    /// <summary>The simplest reader: the model that the pump's drain must agree with.</summary>
    private sealed class FakeReader(EventRing* ring)
    {
        private readonly List<(long Number, int Length, bool Whole)> _records = [];

        public List<(long Number, int Length, bool Whole)> Drain()
        {
            _records.Clear();
            long head = Volatile.Read(ref ring->Head);
            while (ring->Tail < head)
            {
                byte* at = ring->Memory + (ring->Tail & ring->Mask);
                int length = *(int*)at;
                if (length < 0)
                {
                    Volatile.Write(ref ring->Tail, ring->Tail - length);
                    continue;
                }

                long number = ((EventRecordHeader*)at)->Timestamp;
                bool whole = !new Span<byte>(at + EventRecordHeader.Size, length - EventRecordHeader.Size).ContainsAnyExcept((byte)number);
                _records.Add((number, length, whole));
                Volatile.Write(ref ring->Tail, ring->Tail + length);
            }

            if (_records.Count == 0)
            {
                Thread.Yield();
            }

            return _records;
        }
    }
}
