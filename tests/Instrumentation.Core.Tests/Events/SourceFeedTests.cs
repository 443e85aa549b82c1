using System.Buffers.Binary;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

public sealed class SourceFeedTests
{
    private const int ProbeId = 77;

    /// <summary>Writers that look at the clock, reserve within the window and finish at any time: everything comes once, whole, and in the order of times.</summary>
    [Fact]
    public void Drain_RandomWritersWithinTheWindow_GivesEverythingInOrder()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            Write[] writes = [.. Enumerable.Range(0, 600).Select(number => Write.Of(random, number, (int)SourceFeed.Slack))];
            List<(long Time, int Number)> seen = Play(writes, random);
            Assert.True(seen.SequenceEqual(InRing(writes).OrderBy(static write => write.Time).Select(static write => (write.Time, write.Number))), $"seed {seed}");
        }
    }

    /// <summary>Writers that reserve later than the window allows: still everything comes, once and whole, and only theirs are out of order.</summary>
    [Fact]
    public void Drain_RandomWritersBeyondTheWindow_GivesEverythingAndMovesOnlyTheLate()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            Write[] writes = [.. Enumerable.Range(0, 600).Select(number => Write.Of(random, number, (int)SourceFeed.Slack * (number % 10 == 0 ? 20 : 1)))];
            List<(long Time, int Number)> seen = Play(writes, random);
            Assert.Equal(Enumerable.Range(0, writes.Length), seen.Select(static one => one.Number).Order());
            Assert.All(seen, one => Assert.Equal(writes[one.Number].Time, one.Time));
            long latest = long.MinValue;
            foreach ((long time, int number) in seen)
            {
                Assert.True(time >= latest || writes[number].ReservedAt - time > SourceFeed.Slack, $"seed {seed}: record {number} was moved though it came in time");
                latest = Math.Max(latest, time);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(-64)]
    [InlineData(int.MinValue)]
    [InlineData(1 << 20)]
    public void Take_LengthThatMakesNoSense_IsCountedAndLeftOut(int written)
    {
        SourceFeed feed = new(new FakeSource());
        byte[] damaged = FakeSource.Record(ProbeId, 2, new byte[8]);
        BinaryPrimitives.WriteInt32LittleEndian(damaged, written);
        feed.Take(FakeSource.Record(ProbeId, 1));
        feed.Take(damaged);
        feed.Take([]);
        feed.Take(damaged.AsSpan(0, 3));
        feed.Take(new byte[EventRecordHeader.Size + 4]);
        feed.Take(FakeSource.Record(ProbeId, 3));
        Assert.Equal(4, feed.Damages);
        Assert.Equal([1, 3], Times(feed, long.MaxValue));
    }

    [Fact]
    public void Drain_MuchForLong_UsesTheSameMemoryAgain()
    {
        FakeSource source = new();
        SourceFeed feed = new(source);
        long delivered = 0;
        for (int round = 0; round < 5_000; round++)
        {
            // A round a millisecond; what came in the last one is held.
            long now = round * SourceFeed.Slack;
            for (int i = 0; i < 40; i++)
            {
                source.Write(FakeSource.Record(ProbeId, now - (i * 20_000), new byte[8 * (i % 5)]));
            }

            feed.Drain(now);
            delivered += Times(feed, feed.SafeTime).Count;
            Assert.InRange(feed.Capacity, 0, 2 * 64 * 1024);
        }

        feed.Drain(long.MaxValue);
        Assert.Equal(5_000 * 40, delivered + Times(feed, long.MaxValue).Count);
        Assert.Equal(0, feed.HeldBytes);
    }

    [Fact]
    public void Drain_Flood_GivesItsMemoryBack()
    {
        SourceFeed feed = new(new FakeSource());
        byte[] tail = new byte[1024];
        for (int i = 0; i < 40_000; i++)
        {
            feed.Take(FakeSource.Record(ProbeId, i, tail));
        }

        Assert.InRange(feed.Capacity, 40_000 * 1024, 200_000 * 1024);
        Assert.Equal(39_990, Times(feed, 39_989).Count);
        feed.Drain(0);
        feed.Take(FakeSource.Record(ProbeId, 40_000));
        Assert.Equal(11, Times(feed, long.MaxValue).Count);
        Assert.InRange(feed.Capacity, 0, 2 * SortedRecords.KeptBytes);
    }

    [Fact]
    public void Drain_RecordIsNotFinished_HoldsTheTimesAfterItsReservation()
    {
        FakeSource source = new();
        SourceFeed feed = new(source);
        long ms = SourceFeed.Slack;
        feed.Drain(100 * ms);
        Assert.Equal((99 * ms, long.MaxValue), (feed.SafeTime, feed.InHookSince));

        Action finish = source.Begin(FakeSource.Record(ProbeId, (100 * ms) + 5));
        source.Write(FakeSource.Record(ProbeId, (100 * ms) + 6));
        feed.Drain(101 * ms);
        feed.Drain(105 * ms);
        Assert.Equal((99 * ms, 101 * ms), (feed.SafeTime, feed.InHookSince));

        finish();
        feed.Drain(106 * ms);
        Assert.Equal((100 * ms, long.MaxValue), (feed.SafeTime, feed.InHookSince));
        feed.Drain(107 * ms);
        Assert.Equal(106 * ms, feed.SafeTime);
        Assert.Equal([(100 * ms) + 5, (100 * ms) + 6], Times(feed, feed.SafeTime));
    }

    private static List<(long Time, int Number)> Play(Write[] writes, Random random)
    {
        FakeSource source = new();
        SourceFeed feed = new(source);
        Queue<Write> ring = new(InRing(writes));
        List<(long At, Action Finish)> unfinished = [];
        List<(long Time, int Number)> seen = [];
        for (long now = 0; ring.Count > 0 || unfinished.Count > 0; now += random.Next(1, 3_000_000))
        {
            while (ring.TryPeek(out Write? next) && next.ReservedAt <= now)
            {
                byte[] tail = new byte[8 + (8 * (next.Number % 7))];
                tail.AsSpan().Fill((byte)next.Number);
                BinaryPrimitives.WriteInt64LittleEndian(tail, next.Number);
                unfinished.Add((next.FinishedAt, source.Begin(FakeSource.Record(ProbeId, next.Time, tail))));
                ring.Dequeue();
            }

            unfinished.RemoveAll(record =>
            {
                if (record.At <= now)
                {
                    record.Finish();
                }

                return record.At <= now;
            });
            feed.Drain(now);
            Take(feed, feed.SafeTime, seen);
        }

        // The first look reaches its mark at last, the second sets one behind everything.
        feed.Drain(long.MaxValue - 1);
        feed.Drain(long.MaxValue);
        Take(feed, feed.SafeTime, seen);
        Assert.Equal((0, 0L), (feed.HeldBytes, feed.Damages));
        return seen;
    }

    private static void Take(SourceFeed feed, long safe, List<(long Time, int Number)> seen)
    {
        while (feed.HasRecords && feed.First.Timestamp <= safe)
        {
            ReadOnlySpan<byte> tail = feed.FirstRecord[EventRecordHeader.Size..];
            int number = (int)BinaryPrimitives.ReadInt64LittleEndian(tail);
            Assert.Equal(8 + (8 * (number % 7)), tail.Length);
            Assert.Equal(-1, tail[8..].IndexOfAnyExcept((byte)number));
            seen.Add((feed.First.Timestamp, number));
            feed.Advance();
        }
    }

    private static List<long> Times(SourceFeed feed, long until)
    {
        List<long> times = [];
        while (feed.HasRecords && feed.First.Timestamp <= until)
        {
            times.Add(feed.First.Timestamp);
            feed.Advance();
        }

        return times;
    }

    // As the writes lie in the ring: by their reservations.
    private static Write[] InRing(Write[] writes) => [.. writes.OrderBy(static write => write.ReservedAt).ThenBy(static write => write.Number)];

    private sealed record Write(int Number, long Time, long ReservedAt, long FinishedAt)
    {
        public static Write Of(Random random, int number, int window)
        {
            // Few distinct times, so that many are equal; most gaps are small, as they are in the kernel.
            long time = random.Next(20_000) * 1_000L;
            long reserved = time + (random.Next(4) == 0 ? random.Next(window + 1) : random.Next(500));
            return new Write(number, time, reserved, reserved + (random.Next(10) == 0 ? random.Next(5_000_000) : 0));
        }
    }
}
