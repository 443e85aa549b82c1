using Instrumentation.Aggregations;
using Instrumentation.Backends;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Aggregations;

[Collection(ProcessWideCollection.Name)]
public sealed class AggregateHandleTests
{
    private const int Threads = 4;
    private const int Each = 50_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_CountWhileThreadsCount_OnlyGrowsAndIsExactAtTheEnd()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(FakeSession.Spec("count").Count(), Cancellation);
        long last = 0;
        Task watching = Task.Run(
            () =>
            {
                while (last < Threads * Each)
                {
                    long now = count.Read().Total;
                    Assert.True(now >= last);
                    last = now;
                }
            },
            Cancellation);
        FakeSession.OnThreads(Threads, _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                FakeHook.Aggregate(count);
            }
        });
        await watching.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await count.DisposeAsync();
        FakeSession.OnThread(() => FakeHook.Aggregate(count));
        Assert.Equal(Threads * Each, count.Read().Total);
        Assert.Equal("200,000", count.Read().ToString());
    }

    [Fact]
    public async Task Read_CountThatTheBackendKeeps_AddsIt()
    {
        BackendCount elsewhere = new();
        FakeBackend backend = new()
        {
            OnAttach = (runtime, _) =>
            {
                runtime.Cells = elsewhere;
                return Task.CompletedTask;
            },
        };
        await using InstrumentationSession session = await FakeSession.StartAsync(backend: backend);
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(FakeSession.Spec("count").Count(), Cancellation);
        FakeSession.OnThread(() => FakeHook.Aggregate(count));
        elsewhere.Hits = 41;
        Assert.Equal(42, count.Read().Total);
        Assert.Equal(new ProbeStatistics(42, 42, 0, 0, 0), count.Statistics);
        await count.DisposeAsync();
        elsewhere.Hits = 1000;
        Assert.Equal(42, count.Read().Total);
    }

    [Fact]
    public async Task Read_Log2UnderConcurrency_AgreesWithANaiveModel()
    {
        Log2HistogramAggregation aggregation = new(new ConstantExpression(0L, typeof(long)));
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateHandle<HistogramSnapshot> handle = await AttachAsync<HistogramSnapshot>(session, aggregation);
        Run(handle, static (cells, value) => Add(cells, value));
        await handle.DisposeAsync();
        HistogramSnapshot snapshot = handle.Read();
        long[] values = Values();
        Assert.Equal(values.Length, snapshot.Count);
        Assert.Equal(values.Sum(), snapshot.Sum);
        Assert.Equal(values.Min(), snapshot.Minimum);
        Assert.Equal(values.Max(), snapshot.Maximum);
        Assert.All(snapshot.Buckets.SkipLast(1), bucket => Assert.Equal(values.LongCount(value => value >= bucket.From && value < bucket.To), bucket.Count));
        Assert.Equal(65, snapshot.Buckets.Count);

        static unsafe void Add(nint cells, long value) => AggregateCells.AddLog2((byte*)cells, value);
    }

    [Fact]
    public async Task Read_LinearUnderConcurrency_AgreesWithANaiveModel()
    {
        LinearHistogramAggregation aggregation = new(new ConstantExpression(0L, typeof(long)), -50, 25, 10);
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateHandle<HistogramSnapshot> handle = await AttachAsync<HistogramSnapshot>(session, aggregation);
        Run(handle, static (cells, value) => Add(cells, value));
        HistogramSnapshot snapshot = handle.Read();
        long[] values = Values();
        Assert.Equal(values.Length, snapshot.Count);
        Assert.Equal(12, snapshot.Buckets.Count);
        Assert.Equal((-50, -25), (snapshot.Buckets[1].From, snapshot.Buckets[1].To));
        Assert.Equal((200, long.MaxValue), (snapshot.Buckets[^1].From, snapshot.Buckets[^1].To));
        Assert.All(snapshot.Buckets, bucket => Assert.Equal(values.LongCount(value => value >= bucket.From && value < bucket.To), bucket.Count));

        static unsafe void Add(nint cells, long value) => AggregateCells.AddLinear((byte*)cells, value, -50, 25, 10);
    }

    [Fact]
    public async Task Read_KeyedUnderConcurrency_AgreesWithANaiveModel()
    {
        KeyedAggregation aggregation = new(new ConstantExpression(0L, typeof(long)), new CountAggregation(), 4096);
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateHandle<CountTable<long>> handle = await AttachAsync<CountTable<long>>(session, aggregation);
        Task<bool> watching = Task.Run(
            () =>
            {
                // A table that is read while it is written never shows a key that nobody counted.
                CountTable<long> table;
                bool sane = true;
                do
                {
                    table = handle.Read();
                    sane &= table.Rows.All(static row => row.Key is >= -1000 and <= 1000 && row.Count > 0);
                }
                while (table.Total < Threads * Each);
                return sane;
            },
            Cancellation);
        Run(handle, static (cells, value) => Add(cells, value));
        Assert.True(await watching.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Dictionary<long, long> model = Values().CountBy(static value => value).ToDictionary(static row => row.Key, static row => (long)row.Value);
        CountTable<long> table = handle.Read();
        Assert.Equal(model.OrderBy(static row => row.Key), table.Rows.Select(static row => KeyValuePair.Create(row.Key, row.Count)).OrderBy(static row => row.Key));
        Assert.Equal(Threads * Each, table.Total);
        Assert.Equal(0, table.Other);

        static unsafe void Add(nint cells, long value) => AggregateCells.AddCount(KeyedCells.Find((byte*)cells, value, 4096, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhileThreadsWrite_NumbersBelongTogether(bool keyed)
    {
        // Every value is 7: a snapshot in which count, sum, least and greatest are not of the same hits would show.
        SummaryAggregation summary = new(new ConstantExpression(0L, typeof(long)));
        KeyedAggregation table = new(summary.Value, summary, 16);
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateHandle<SummarySnapshot> single = await AttachAsync<SummarySnapshot>(session, summary);
        AggregateHandle<KeyedTable<long, SummarySnapshot>> byKey = await AttachAsync<KeyedTable<long, SummarySnapshot>>(session, table);
        TaskCompletionSource started = new();
        Task<List<SummarySnapshot>> watching = Task.Run(
            () =>
            {
                List<SummarySnapshot> torn = [];
                long last = 0;
                while (last < Threads * Each)
                {
                    SummarySnapshot[] seen = keyed ? [.. byKey.Read().Rows.Select(static row => row.Value)] : [single.Read()];
                    torn.AddRange(seen.Where(static one => one.Count > 0 && one != new SummarySnapshot(one.Count, 7 * one.Count, 7, 7, ValueUnit.None)));
                    long now = seen.Sum(static one => one.Count);
                    Assert.True(now >= last);
                    last = now;
                    started.TrySetResult();
                }

                return torn;
            },
            Cancellation);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Run(keyed ? byKey : single, (cells, value) => Add(cells, value & 3));
        Assert.Empty(await watching.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));

        unsafe void Add(nint cells, long key)
        {
            if (keyed)
            {
                Cells.Add(table, (byte*)cells, key, 7);
            }
            else
            {
                Cells.Add(summary, (byte*)cells, 7);
            }
        }
    }

    private static Task<AggregateHandle<TSnapshot>> AttachAsync<TSnapshot>(InstrumentationSession session, AggregationSpec aggregation)
        where TSnapshot : IAggregateSnapshot<TSnapshot> =>
        session.AttachAsync(new AggregateSpec<TSnapshot>(FakeSession.Spec("aggregate")) { Aggregation = aggregation }, Cancellation);

    private static unsafe void Run(ProbeHandle handle, Action<nint, long> add) => FakeSession.OnThreads(Threads, index =>
    {
        foreach (long value in Values(index))
        {
            FakeHook.Aggregate(handle, cells => add((nint)cells, value));
        }
    });

    private static long[] Values() => [.. Enumerable.Range(0, Threads).SelectMany(static index => Values(index))];

    private static IEnumerable<long> Values(int index)
    {
        Random random = new(index);
        for (int i = 0; i < Each; i++)
        {
            yield return random.Next(-1000, 1001);
        }
    }

    private sealed class BackendCount : IProbeCells
    {
        public long Hits { get; set; }

        public ProbeStatistics Statistics => new(Hits, Hits, 0, 0, 0);
    }
}
