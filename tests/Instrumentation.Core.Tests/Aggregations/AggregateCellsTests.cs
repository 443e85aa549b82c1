using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Aggregations;

/// <summary>The cells of one thread, against LINQ.</summary>
public sealed unsafe class AggregateCellsTests
{
    private static readonly ProbeExpression Value = new ConstantExpression(0L, typeof(long));

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(1023, 10)]
    [InlineData(1024, 11)]
    [InlineData(long.MaxValue, 63)]
    public void AddLog2_Value_CountsInItsPowerOfTwo(long value, int bucket)
    {
        AggregateReading reading = Read(new Log2HistogramAggregation(Value), [value]);
        Assert.Equal([bucket], Filled(reading));
        Assert.Equal((1, value, value, value), (reading.Count, reading.Sum, reading.Least, reading.Greatest));
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-101, 0)]
    [InlineData(-100, 1)]
    [InlineData(-91, 1)]
    [InlineData(-90, 2)]
    [InlineData(99, 20)]
    [InlineData(100, 21)]
    [InlineData(long.MaxValue, 21)]
    public void AddLinear_Value_CountsBetweenItsBounds(long value, int bucket) =>
        Assert.Equal([bucket], Filled(Read(new LinearHistogramAggregation(Value, -100, 10, 20), [value])));

    [Theory]
    [InlineData("sum")]
    [InlineData("summary")]
    [InlineData("log2")]
    [InlineData("linear")]
    public void Add_RandomValues_AgreesWithLinq(string kind)
    {
        AggregationSpec aggregation = Cells.Kind(kind);
        Random random = new(3);
        for (int run = 0; run < 500; run++)
        {
            long range = 1L << random.Next(2, 50);
            long[][] threads = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, random.Next(6)).Select(_ => random.NextInt64(-range, range)).ToArray())];
            long[] all = [.. threads.SelectMany(static values => values)];
            AggregateReading reading = Read(aggregation, threads);
            Assert.Equal((all.Length, all.Sum()), (reading.Count, reading.Sum));
            if (aggregation is not SumAggregation)
            {
                Assert.Equal((all.Length == 0 ? 0 : all.Min(), all.Length == 0 ? 0 : all.Max()), (reading.Least, reading.Greatest));
            }

            Assert.All(reading.Buckets, bucket => Assert.Equal(all.LongCount(value => value >= bucket.From && (value < bucket.To || bucket.To == long.MaxValue)), bucket.Count));
        }
    }

    [Theory]
    [InlineData(new long[] { long.MaxValue, 1 }, long.MaxValue)]
    [InlineData(new long[] { long.MinValue, -1 }, long.MinValue)]
    [InlineData(new long[] { long.MaxValue - 1, 5, -100 }, long.MaxValue)]
    [InlineData(new long[] { long.MinValue + 1, -5, long.MaxValue }, long.MinValue)]
    [InlineData(new long[] { long.MaxValue - 1, long.MinValue + 1 }, -1)]
    [InlineData(new long[] { 5, -7 }, -2)]
    public void AddSum_PastTheRange_StaysAtTheEndThatItPassed(long[] values, long sum)
    {
        AggregateReading reading = Read(new SumAggregation(Value), values);
        SumSnapshot snapshot = new(reading.Count, reading.Sum, reading.Unit);
        Assert.Equal((values.Length, sum, sum is long.MaxValue or long.MinValue), (snapshot.Count, snapshot.Sum, snapshot.Saturated));
        Assert.Equal(snapshot.Saturated, double.IsNaN(snapshot.Average));
        Assert.Equal(snapshot.Saturated, snapshot.ToString().Contains("beyond 64 bits", StringComparison.Ordinal));
    }

    [Fact]
    public void Sum_OverThreads_LeavesTheRangeOnlyWhenTheWholeDoes()
    {
        SumAggregation aggregation = new(Value);
        Assert.Equal(5, Read(aggregation, [long.MaxValue - 1], [long.MaxValue - 1], [-long.MaxValue + 1], [-long.MaxValue + 6]).Sum);
        Assert.Equal(long.MaxValue, Read(aggregation, [long.MaxValue - 1], [2]).Sum);
        Assert.Equal(long.MinValue, Read(aggregation, [long.MinValue + 1], [-2]).Sum);
        Assert.Equal(long.MaxValue, Read(aggregation, [long.MaxValue], [-100]).Sum);
    }

    [Fact]
    public void TryCopy_AmidAnUpdate_SaysSo()
    {
        SummaryAggregation aggregation = new(Value);
        long[] words = new long[AggregateCells.Words(aggregation)];
        long[] copy = new long[words.Length];
        fixed (long* cells = words)
        {
            Assert.True(AggregateReading.TryCopy(cells, copy));
            AggregateCells.AddSummary((byte*)cells, 7);
            Assert.True(AggregateReading.TryCopy(cells, copy));
            Assert.Equal((1, 7), (copy[AggregateCells.Count], copy[AggregateCells.Sum]));

            // The second update has begun and has added its value, and is not counted yet.
            words[AggregateCells.Begun]++;
            Assert.False(AggregateReading.TryCopy(cells, copy));
            words[AggregateCells.Sum] += 7;
            Assert.False(AggregateReading.TryCopy(cells, copy));

            // A thread that never goes on does not hold up its readers.
            AggregateReading reading = new(aggregation);
            reading.Add(cells);
            Assert.Equal((1, 14), (reading.Count, reading.Sum));
            words[AggregateCells.Count]++;
            Assert.True(AggregateReading.TryCopy(cells, copy));
            Assert.Equal((2, 14), (copy[AggregateCells.Count], copy[AggregateCells.Sum]));
        }
    }

    [Theory]
    [InlineData(0ul, 0)]
    [InlineData((ulong)long.MaxValue, long.MaxValue)]
    [InlineData((ulong)long.MaxValue + 1, long.MaxValue)]
    [InlineData(ulong.MaxValue, long.MaxValue)]
    public void Signed_BeyondTheRange_IsTheGreatest(ulong value, long signed) => Assert.Equal(signed, AggregateCells.Signed(value));

    private static AggregateReading Read(AggregationSpec aggregation, params long[][] threads)
    {
        AggregateReading result = new(aggregation);
        AggregateReading parts = new(aggregation);
        foreach (long[] values in threads)
        {
            long[] words = new long[AggregateCells.Words(aggregation)];
            fixed (long* cells = words)
            {
                foreach (long value in values)
                {
                    Cells.Add(aggregation, (byte*)cells, value);
                }

                result.Add(cells);
                AggregateReading part = new(aggregation);
                part.Add(cells);
                parts.Add(part);
            }
        }

        // Whether threads or keys are merged, the outcome is the same.
        Assert.Equal((result.Count, result.Sum, result.Least, result.Greatest), (parts.Count, parts.Sum, parts.Least, parts.Greatest));
        Assert.Equal(result.Buckets, parts.Buckets);
        return result;
    }

    private static IEnumerable<int> Filled(AggregateReading reading) => reading.Buckets.Index().Where(static bucket => bucket.Item.Count > 0).Select(static bucket => bucket.Index);
}
