using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Sums, summaries and histograms at the source, alone and by key.</summary>
public sealed class KeyedAggregateTests
{
    private const int Threads = 4;
    private const int Each = 20_000;

    [Fact]
    public async Task Sum_OfArguments_IsThatOfTheCalls()
    {
        SumSnapshot sum = await Watch.AggregateAsync(
            Probe.Method(() => Values.Divided(0, 0)).When(c => c.Arg<int>(1) == 1).Sum(c => c.Arg<int>(0) * 2L),
            static () => Divide((3, 1), (-10, 1), (100, 2), (int.MaxValue, 1)));
        Assert.Equal(new SumSnapshot(3, (3 - 10 + (long)int.MaxValue) * 2, ValueUnit.None), sum);
    }

    [Fact]
    public async Task Sum_OfFractions_IsThatOfTheScaledIntegers()
    {
        SumSnapshot sum = await Watch.AggregateAsync(
            Probe.Method(() => Values.Divided(0, 0)).Sum(c => (long)(c.Arg<int>(0) * 0.25 * 1000)),
            static () => Divide((1, 1), (2, 1), (3, 1)));
        Assert.Equal(1500, sum.Sum);
    }

    [Fact]
    public async Task Summary_ValueThatFaults_ChangesNothingAndIsCounted()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<SummarySnapshot> handle = await session.AttachAsync(Probe.Method(() => Values.Text("")).OnReturn().Summary(c => c.Arg<string>(0)!.Length));
        AggregateHandle<KeyedTable<int, SummarySnapshot>> byKey =
            await session.AttachAsync(Probe.Method(() => Values.Text("")).OnReturn().SummaryBy(c => c.Arg<string>(0)!.Length, c => c.Return<string>()!.Length));
        foreach (string? text in new[] { "a", null, "abc", null, "abcde" })
        {
            _ = Values.Text(text);
        }

        await session.DisposeAsync();
        Assert.Equal(new SummarySnapshot(3, 9, 1, 5, ValueUnit.None), handle.Read());
        Assert.Equal(2, handle.Statistics.Faults);
        Assert.Equal([1, 3, 5], byKey.Read().Rows.Select(static row => row.Key).Order());
        Assert.Equal((3, 2), (byKey.Read().Total.Count, byKey.Statistics.Faults));
    }

    [Fact]
    public async Task Summary_OfUnsignedValuesBeyondTheRange_TakesThemAsTheGreatest()
    {
        SummarySnapshot summary = await Watch.AggregateAsync(
            Probe.Method(() => Values.Divided(0, 0)).Summary(c => (ulong)c.Arg<int>(0)),
            static () => Divide((-1, 1), (5, 1)));
        Assert.Equal((2, 5, long.MaxValue, true), (summary.Count, summary.Minimum, summary.Maximum, summary.Saturated));
    }

    [Fact]
    public async Task Summary_OfDurations_IsInNanoseconds()
    {
        KeyedTable<int, SummarySnapshot> table = await Watch.AggregateAsync(
            Probe.Method(() => Thread.Sleep(0)).When(c => c.Arg<int>(0) == 22 || c.Arg<int>(0) == 23).SummaryBy(c => c.Arg<int>(0), c => c.Duration),
            static () =>
            {
                Thread.Sleep(22);
                Thread.Sleep(23);
                Thread.Sleep(23);
            });
        Assert.Equal([(22, 1L), (23, 2L)], table.Rows.Select(static row => (row.Key, row.Value.Count)).Order());
        Assert.All(table.Rows, static row => Assert.InRange(row.Value.Minimum, 21_000_000, (long)Watch.Limit.TotalNanoseconds));
        Assert.Equal(ValueUnit.Nanoseconds, table.Total.Unit);
    }

    [Fact]
    public async Task SumBy_Caller_NamesTheRealCallers()
    {
        KeyedTable<CodeAddress, SumSnapshot> table = await Watch.AggregateAsync(Probe.Method(() => Callers.Called(0)).SumBy(c => c.Caller, c => c.Return<int>()), static () =>
        {
            _ = Callers.First();
            _ = Callers.Second();
        });
        Assert.Equal(["Probed.Callers::First", "Probed.Callers::Second"], table.ByName.Select(static row => row.Key).Order());
        Assert.Equal(table.Total, new SumSnapshot(table.ByName.Sum(static row => row.Value.Count), table.ByName.Sum(static row => row.Value.Sum), ValueUnit.None));
    }

    [Fact]
    public async Task AllKinds_UnderFourThreads_AreExact()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec target = Probe.Method(() => Busy.Counted(0));
        AggregateHandle<SumSnapshot> sum = await session.AttachAsync(target.Sum(c => c.Return<int>()));
        AggregateHandle<SummarySnapshot> summary = await session.AttachAsync(target.Summary(c => c.Arg<int>(0)));
        AggregateHandle<KeyedTable<int, SumSnapshot>> sums = await session.AttachAsync(target.SumBy(c => c.Arg<int>(0) % 10, c => c.Arg<int>(0)));
        AggregateHandle<KeyedTable<bool, SummarySnapshot>> summaries = await session.AttachAsync(target.SummaryBy(c => c.Arg<int>(0) >= 0, c => c.Arg<int>(0)));
        AggregateHandle<KeyedTable<int, HistogramSnapshot>> log2 = await session.AttachAsync(target.HistogramBy(c => c.Arg<int>(0) % 3, c => c.Return<int>()));
        AggregateHandle<KeyedTable<int, HistogramSnapshot>> linear =
            await session.AttachAsync(target.HistogramBy(c => c.Arg<int>(0) % 3, c => c.Arg<int>(0), minimum: -500, width: 250, buckets: 4, capacity: 2));

        int[][] values = [.. Enumerable.Range(0, Threads).Select(static index => Random(index))];
        Task<bool> watching = Task.Run(() =>
        {
            // While calls run, the numbers of a snapshot belong together.
            bool sane = true;
            SummarySnapshot seen;
            do
            {
                seen = summary.Read();
                sane &= seen.Count == 0 || (seen.Minimum * seen.Count <= seen.Sum && seen.Sum <= seen.Maximum * seen.Count);
            }
            while (seen.Count < Threads * Each);
            return sane;
        });
        Thread[] threads = [.. values.Select(static mine => new Thread(() => Array.ForEach(mine, static value => Busy.Counted(value))))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.True(await watching.WaitAsync(Watch.Limit));
        await session.DisposeAsync();

        int[] all = [.. values.SelectMany(static mine => mine)];
        Assert.Equal(new SumSnapshot(all.Length, all.Sum(static value => 3L * value), ValueUnit.None), sum.Read());
        Assert.Equal(Summarize(all), summary.Read());
        Assert.Equal(
            all.GroupBy(static value => value % 10).ToDictionary(static group => group.Key, static group => (group.LongCount(), group.Sum(static value => (long)value))),
            sums.Read().Rows.ToDictionary(static row => row.Key, static row => (row.Value.Count, row.Value.Sum)));
        Assert.Equal(Summarize([.. all.Where(static value => value >= 0)]), summaries.Read()[true]);
        Assert.Equal(Summarize([.. all.Where(static value => value < 0)]), summaries.Read()[false]);
        Assert.All(log2.Read().Rows, row => AssertBuckets(all.Where(value => value % 3 == row.Key).Select(static value => 3 * value), row.Value));
        Assert.Equal(5, log2.Read().Rows.Count);

        // Which keys find room depends on the thread; together with the others they are all.
        KeyedTable<int, HistogramSnapshot> narrow = linear.Read();
        AssertBuckets(all, narrow.Total);
        Assert.Equal(all.Length, narrow.Other.Count + narrow.Rows.Sum(static row => row.Value.Count));
        Assert.True(narrow.Other.Count > 0);
    }

    private static SummarySnapshot Summarize(int[] values) => new(values.Length, values.Sum(static value => (long)value), values.Min(), values.Max(), ValueUnit.None);

    private static void AssertBuckets(IEnumerable<int> values, HistogramSnapshot histogram)
    {
        int[] all = [.. values];
        Assert.Equal((all.Length, all.Sum(static value => (long)value), all.Min(), all.Max()), (histogram.Count, histogram.Sum, histogram.Minimum, histogram.Maximum));
        Assert.All(histogram.Buckets, bucket => Assert.Equal(all.LongCount(value => value >= bucket.From && value < bucket.To), bucket.Count));
    }

    private static int[] Random(int index)
    {
        Random random = new(index);
        return [.. Enumerable.Range(0, Each).Select(_ => random.Next(-1000, 1001))];
    }

    private static void Divide(params (int Dividend, int Divisor)[] calls) => Array.ForEach(calls, static call => _ = Values.Divided(call.Dividend, call.Divisor));
}
