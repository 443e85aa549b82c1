using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Aggregations;

public sealed class KeyedTableTests
{
    private static readonly ProbeExpression Number = new ConstantExpression(0L, typeof(long));
    private static readonly ProbeExpression Duration = new ConstantExpression(TimeSpan.Zero, typeof(TimeSpan));

    [Fact]
    public void Rows_OfSums_ComeWithTheGreatestSumFirst()
    {
        KeyedTable<int, SumSnapshot> table = Table<int, SumSnapshot>(new SumAggregation(Number), 2, (1, 10), (2, 30), (1, 15), (3, -4), (3, 1));
        Assert.Equal([new(2, new(1, 30, ValueUnit.None)), new(1, new(2, 25, ValueUnit.None))], table.Rows);
        Assert.Equal(new SumSnapshot(2, -3, ValueUnit.None), table.Other);
        Assert.Equal(new SumSnapshot(5, 52, ValueUnit.None), table.Total);
        Assert.Equal(12.5, table[1].Average);
        Assert.Equal(default, table[99]);
    }

    [Fact]
    public void ToString_OfSums_IsATable()
    {
        KeyedTable<DayOfWeek, SumSnapshot> table = Table<DayOfWeek, SumSnapshot>(new SumAggregation(Number), 2, (1, 1000), (0, 30), (1, 500), (3, 5));
        Assert.Equal(
            [
                "                sum  count  average",
                "Monday        1,500      2      750",
                "Sunday           30      1       30",
                "(other keys)      5      1        5",
                "total         1,535      4    383.8",
            ],
            table.ToString().Split(Environment.NewLine));
        Assert.Equal("no values", Table<int, SumSnapshot>(new SumAggregation(Number), 2).ToString());
    }

    [Fact]
    public void ToString_OfSummariesAndHistograms_HasTheirFigures()
    {
        (long, long)[] hits = [(1, 2_000_000), (1, 4_000_000), (2, 1_500)];
        Assert.Equal(
            [
                "       count      sum  average    least  greatest",
                "1          2  6.00 ms  3.00 ms  2.00 ms   4.00 ms",
                "2          1  1.50 us  1.50 us  1.50 us   1.50 us",
                "total      3  6.00 ms  2.00 ms  1.50 us   4.00 ms",
            ],
            Table<int, SummarySnapshot>(new SummaryAggregation(Duration), 8, hits).ToString().Split(Environment.NewLine));
        string[] lines = Table<int, HistogramSnapshot>(new Log2HistogramAggregation(Duration), 8, hits).ToString().Split(Environment.NewLine);
        Assert.Equal("count average least median 99 % below greatest", string.Join(' ', lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Trim())));
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
    }

    [Fact]
    public void ByName_KeysOfOneText_AreMerged()
    {
        KeyedTable<SameName, HistogramSnapshot> table = Table<SameName, HistogramSnapshot>(new LinearHistogramAggregation(Number, 0, 10, 3), 8, (1, 5), (2, 15), (3, 25), (3, 500));
        Assert.Equal(["odd", "even"], table.ByName.Select(static row => row.Key));
        HistogramSnapshot odd = table.ByName[0].Value;
        Assert.Equal((3, 530, 5, 500), (odd.Count, odd.Sum, odd.Minimum, odd.Maximum));
        Assert.Equal([0, 1, 0, 1, 1], odd.Buckets.Select(static bucket => bucket.Count));
        Assert.Equal(3, table.Rows.Count);
        Assert.Equal([0, 1, 1, 1, 1], table.Total.Buckets.Select(static bucket => bucket.Count));
        Assert.Equal(0, table[new SameName(8)].Count);
    }

    [Fact]
    public void ToString_ManyKeys_ShowsFifty()
    {
        string[] lines = Table<int, SumSnapshot>(new SumAggregation(Number), 100, [.. Enumerable.Range(1, 60).Select(static i => ((long)i, (long)i))]).ToString().Split(Environment.NewLine);
        Assert.Equal(53, lines.Length);
        Assert.StartsWith("(10 more)", lines[51], StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_OnOneLine_ShowTheirNumbers()
    {
        Assert.Equal("6.00 ms in 2 values: average 3.00 ms", new SumSnapshot(2, 6_000_000, ValueUnit.Nanoseconds).ToString());
        Assert.Equal("3 values: sum 1,000, average 333.3, least -5, greatest 900", new SummarySnapshot(3, 1000, -5, 900, ValueUnit.None).ToString());
        Assert.Equal("2 values: sum beyond 64 bits, average unknown, least 1, greatest 9", new SummarySnapshot(2, long.MaxValue, 1, 9, ValueUnit.None).ToString());
        Assert.Equal("no values", default(SumSnapshot).ToString());
        Assert.Equal("no values", default(SummarySnapshot).ToString());
    }

    private static unsafe KeyedTable<TKey, TSnapshot> Table<TKey, TSnapshot>(AggregationSpec inner, int capacity, params (long Key, long Value)[] hits)
        where TKey : notnull
        where TSnapshot : IValueSnapshot<TSnapshot>
    {
        KeyedAggregation aggregation = new(Number, inner, capacity);
        KeyedReading reading = new(aggregation);
        fixed (long* cells = new long[AggregationLayout.BytesFor(aggregation) / sizeof(long)])
        {
            foreach ((long key, long value) in hits)
            {
                Cells.Add(aggregation, (byte*)cells, key, value);
            }

            reading.Add(cells);
        }

        return new KeyedTable<TKey, TSnapshot>(reading);
    }

    private readonly record struct SameName(long Number)
    {
        public override string ToString() => Number % 2 == 0 ? "even" : "odd";
    }
}
