using System.Numerics;
using Instrumentation.Aggregations;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Aggregations;

/// <summary>Aggregates that programs keep, against the same values as events of the same run.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KernelAggregationTests
{
    private const int Threads = 4;
    private const int CallsPerThread = 4000;

    private static ProbeSpec Calls => Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);

    [Fact]
    public async Task Aggregates_OfFourThreadsThatWander_EqualTheEventsOfTheRun()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<(long, int)> events = await session.AttachAsync(Calls.Capture(c => ValueTuple.Create(c.Arg<long>("offset"), c.Arg<int>("whence"))));
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(Calls.Count());
        AggregateHandle<SumSnapshot> sum = await session.AttachAsync(Calls.Sum(c => c.Arg<long>("offset")));
        AggregateHandle<SummarySnapshot> summary = await session.AttachAsync(Calls.Summary(c => c.Arg<long>("offset")));
        AggregateHandle<HistogramSnapshot> log2 = await session.AttachAsync(Calls.Histogram(c => c.Arg<long>("offset")));
        AggregateHandle<HistogramSnapshot> linear = await session.AttachAsync(Calls.Histogram(c => c.Arg<long>("offset"), -1_000_000L, 77_777, 40));
        AggregateHandle<CountTable<int>> counts = await session.AttachAsync(Calls.CountBy(c => c.Arg<int>("whence")));
        AggregateHandle<KeyedTable<int, HistogramSnapshot>> table = await session.AttachAsync(Calls.HistogramBy(c => c.Arg<int>("whence"), c => c.Arg<long>("offset")));
        Seeks.CallOnThreads([.. Enumerable.Range(0, Threads).Select(static number => RandomCalls(number))]);
        await DisposeAll(count, sum, summary, log2, linear, counts, table, events);

        List<(long Value, int Key)> seen = [];
        await foreach (ProbeEvent<(long, int)> one in events.Events)
        {
            seen.Add(one.Value);
        }

        Assert.Equal(Threads * CallsPerThread, seen.Count);
        long[] values = [.. seen.Select(static one => one.Value)];
        Assert.Equal(values.Length, count.Read().Total);
        Assert.Equal((values.Length, values.Sum()), (sum.Read().Count, sum.Read().Sum));
        Assert.Equal(new SummarySnapshot(values.Length, values.Sum(), values.Min(), values.Max(), default), summary.Read());
        AssertHistogram(values, log2.Read());
        AssertHistogram(values, linear.Read());
        Assert.Equal(
            values.GroupBy(static value => value < -1_000_000 ? 0 : Math.Min(41, ((value + 1_000_000) / 77_777) + 1)).OrderBy(static group => group.Key).Select(static group => (group.Key, (long)group.Count())),
            linear.Read().Buckets.Select(static (bucket, index) => ((long)index, bucket.Count)).Where(static bucket => bucket.Count > 0));
        Assert.Equal(
            values.GroupBy(static value => value <= 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)value)).OrderBy(static group => group.Key).Select(static group => (group.Key, (long)group.Count())),
            log2.Read().Buckets.Select(static (bucket, index) => (index, bucket.Count)).Where(static bucket => bucket.Count > 0));
        ILookup<int, long> byKey = seen.ToLookup(static one => one.Key, static one => one.Value);
        Assert.Equal((byKey.Count, 0L), (counts.Read().Rows.Count, counts.Read().Other));
        Assert.Equal((byKey.Count, 0L), (table.Read().Rows.Count, table.Read().Other.Count));
        foreach (IGrouping<int, long> group in byKey)
        {
            Assert.Equal(group.Count(), counts.Read()[group.Key]);
            AssertHistogram([.. group], table.Read()[group.Key]);
        }
    }

    [Fact]
    public async Task FullTable_AggregatesTheRestAsOther()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountTable<int>> counts = await session.AttachAsync(Calls.CountBy(c => c.Arg<int>("whence"), 10));
        AggregateHandle<KeyedTable<int, SummarySnapshot>> table = await session.AttachAsync(Calls.SummaryBy(c => c.Arg<int>("whence"), c => c.Arg<long>("offset"), 10));
        Seeks.CallOnThreads([.. Enumerable.Range(0, Threads).Select(static _ => Enumerable.Range(0, 3000).Select(static i => ((long)i, i % 30)).ToArray())]);
        await DisposeAll(counts, table);
        Assert.Equal((10, Threads * 3000L, Threads * 2000L), (counts.Read().Rows.Count, counts.Read().Total, counts.Read().Other));
        Assert.All(counts.Read().Rows, static row => Assert.Equal(Threads * 100, row.Count));
        Assert.Equal((10, Threads * 3000L, Threads * 2000L), (table.Read().Rows.Count, table.Read().Total.Count, table.Read().Other.Count));
        Assert.Equal(Threads * (2999L * 1500), table.Read().Total.Sum);
    }

    [Theory]
    [InlineData(long.MaxValue, 5, -100)]
    [InlineData(long.MinValue, -5, 100)]
    [InlineData(long.MaxValue - 1, 1, -7)]
    [InlineData(long.MinValue + 2, -1, -1)]
    [InlineData(long.MinValue, long.MaxValue, 1)]
    [InlineData(-1, 0, 1)]
    public async Task Extremes_SumAsTheReferenceDoes(long first, long second, long third)
    {
        long[] values = [first, second, third];
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<HistogramSnapshot> histogram = await session.AttachAsync(Calls.Histogram(c => c.Arg<long>("offset")));
        await using AggregateHandle<HistogramSnapshot> linear = await session.AttachAsync(Calls.Histogram(c => c.Arg<long>("offset"), long.MinValue, long.MaxValue, 2));
        await using AggregateHandle<HistogramSnapshot> unsigned = await session.AttachAsync(Calls.Histogram(c => c.Arg<ulong>("offset")));
        Seeks.CallOnThreads([[.. values.Select(static value => (value, 0))]]);
        Assert.Equal(values.Aggregate(0L, AggregateCells.StickySum), histogram.Read().Sum);
        Assert.Equal((values.Min(), values.Max()), (histogram.Read().Minimum, histogram.Read().Maximum));
        AssertBuckets(values, histogram.Read());
        AssertBuckets(values, linear.Read());
        AssertBuckets([.. values.Select(static value => value < 0 ? long.MaxValue : value)], unsigned.Read());
    }

    [Fact]
    public async Task Faults_ChangeNoCellAndAreCounted()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<SumSnapshot> sum = await session.AttachAsync(Calls.Sum(c => 100 / c.Arg<long>("offset")));
        await using AggregateHandle<CountTable<long>> counts = await session.AttachAsync(Calls.CountBy(c => 100 % c.Arg<long>("offset")));
        Seeks.CallOnThreads([[(0, 0), (5, 0), (0, 0), (10, 0)]]);
        Assert.Equal((2, 30), (sum.Read().Count, sum.Read().Sum));
        Assert.Equal(2, counts.Read().Total);
        Assert.Equal((4, 2), (sum.Statistics.Passed, sum.Statistics.Faults));
    }

    [Fact]
    public async Task Reading_WhileItIsWritten_GivesNumbersThatBelongTogether()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<KeyedTable<int, SumSnapshot>> table = await session.AttachAsync(Calls.SumBy(c => c.Arg<int>("whence"), c => c.Arg<long>("offset")));
        (long Value, int Key)[] calls = [.. Enumerable.Repeat(((long)7, 1), 100_000)];
        Thread writing = new(() => Seeks.CallOnThreads([calls, calls]));
        writing.Start();
        int reads = 0;
        long last = 0;
        while (writing.IsAlive)
        {
            SumSnapshot sum = table.Read()[1];
            Assert.Equal(7 * sum.Count, sum.Sum);
            Assert.True(sum.Count >= last);
            last = sum.Count;
            reads++;
        }

        Assert.True(reads > 5, $"only {reads} reads fell into the run");
        Assert.Equal(200_000, table.Read()[1].Count);
    }

    [Fact]
    public async Task Functions_WhoseProgramsCanBePreempted_LoseNoHit()
    {
        const int Calls = 15_000;
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeSpec spec = Probe.Function("libc.so.6", "a64l").ThisProcess().OnReturn();
        await using AggregateHandle<KeyedTable<long, SummarySnapshot>> table = await session.AttachAsync(spec.SummaryBy(c => c.Return<long>(), c => c.Return<long>()));
        await using AggregateHandle<HistogramSnapshot> histogram = await session.AttachAsync(spec.Histogram(c => c.Return<long>()));
        Thread[] threads = [.. Enumerable.Range(0, 6).Select(static number => new Thread(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                _ = NativeCalls.A64L(((i + number) % 3) switch { 0 => ".", 1 => "0", _ => "z" });
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal([0L, 2, 63], table.Read().Rows.Select(static row => row.Key).Order());
        Assert.All(table.Read().Rows, static row => Assert.Equal(new SummarySnapshot(2 * Calls, 2 * Calls * row.Key, row.Key, row.Key, default), row.Value));
        Assert.Equal((6 * Calls, 2 * Calls * 65L), (histogram.Read().Count, histogram.Read().Sum));
    }

    [Fact]
    public async Task Duration_IsAggregatedAsTheEventsHaveIt()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeSpec spec = Calls.OnReturn();
        await using AggregateHandle<HistogramSnapshot> histogram = await session.AttachAsync(spec.Histogram(c => c.Duration));
        Seeks.CallOnThreads([RandomCalls(1), RandomCalls(2)]);
        HistogramSnapshot read = histogram.Read();
        Assert.Equal((2 * CallsPerThread, 0L), (read.Count, read.Buckets[0].Count));
        Assert.InRange(read.Minimum, 1, 1_000_000);
        Assert.InRange(read.Percentile(50), read.Minimum, read.Maximum);
    }

    private static (long Value, int Key)[] RandomCalls(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, CallsPerThread).Select(_ => (random.NextInt64(-(1L << random.Next(1, 45)), 1L << random.Next(1, 45)), random.Next(-20, 20)))];
    }

    private static async Task DisposeAll(params ProbeHandle[] handles)
    {
        foreach (ProbeHandle handle in handles)
        {
            await handle.DisposeAsync();
        }
    }

    private static void AssertHistogram(long[] values, HistogramSnapshot read)
    {
        Assert.Equal((values.Length, values.Sum(), values.Min(), values.Max()), (read.Count, read.Sum, read.Minimum, read.Maximum));
        AssertBuckets(values, read);
    }

    private static void AssertBuckets(long[] values, HistogramSnapshot read) => Assert.Equal(
        read.Buckets.Select(bucket => (long)values.Count(value => value >= bucket.From && (value < bucket.To || (bucket.To == long.MaxValue && bucket.From < value && value == long.MaxValue)))),
        read.Buckets.Select(static bucket => bucket.Count));
}
