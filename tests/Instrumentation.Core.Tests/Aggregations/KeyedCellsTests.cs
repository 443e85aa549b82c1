using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Aggregations;

public sealed unsafe class KeyedCellsTests
{
    private static readonly ProbeExpression Number = new ConstantExpression(0L, typeof(long));

    public static MatrixTheoryData<string, int, int> Tables => new(["count", "sum", "summary", "log2", "linear"], [1, 64, 1000], [5, 64, 3000]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(65536)]
    public void Size_OfACapacity_IsAPowerOfTwoAtMostThreeQuartersFull(int capacity)
    {
        int size = KeyedCells.Size(capacity);
        Assert.Equal(0, size & (size - 1));
        Assert.True(capacity * 4L <= size * 3L);
        Assert.True(size < capacity * 4L);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Find_RandomKeys_AgreesWithADictionary(string inner, int capacity, int distinct)
    {
        KeyedAggregation table = new(Number, Cells.Kind(inner), capacity);
        long[] words = new long[AggregationLayout.BytesFor(table) / sizeof(long)];
        Dictionary<long, List<long>> model = [];
        List<long> other = [];
        Random random = new(capacity + distinct);
        long[] keys = [.. Enumerable.Range(0, distinct).Select(i => i % 3 == 0 ? i : i % 3 == 1 ? random.NextInt64() : (long)i << 48)];
        KeyedReading reading = new(table);
        fixed (long* cells = words)
        {
            for (int i = 0; i < 20_000; i++)
            {
                long key = keys[random.Next(distinct)];
                long value = random.Next(-100, 1000);
                Cells.Add(table, (byte*)cells, key, value);
                if (!model.ContainsKey(key) && model.Count < capacity)
                {
                    model[key] = [];
                }

                model.GetValueOrDefault(key, other).Add(value);
            }

            reading.Add(cells);
        }

        Assert.Equal(model.Count, words[KeyedCells.Used]);
        Assert.Equal(model.Keys.Order(), reading.Rows.Keys.Order());
        Assert.All(model, row => AssertSame(row.Value, reading.Rows[row.Key], table.Inner));
        AssertSame(other, reading.Other, table.Inner);
    }

    private static void AssertSame(List<long> values, AggregateReading reading, AggregationSpec inner)
    {
        Assert.Equal(values.Count, reading.Count);
        if (inner is ValueAggregation)
        {
            Assert.Equal(values.Sum(), reading.Sum);
        }

        if (inner is ValueAggregation and not SumAggregation && values.Count > 0)
        {
            Assert.Equal((values.Min(), values.Max()), (reading.Least, reading.Greatest));
        }

        Assert.All(reading.Buckets, bucket => Assert.Equal(values.LongCount(value => value >= bucket.From && value < bucket.To), bucket.Count));
    }
}
