using Instrumentation.Aggregations;

namespace Instrumentation.Core.Tests.Aggregations;

public sealed unsafe class HistogramCellsTests
{
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
        long* cells = stackalloc long[HistogramCells.Buckets + HistogramCells.Log2Buckets];
        new Span<long>(cells, HistogramCells.Buckets + HistogramCells.Log2Buckets).Clear();
        HistogramCells.AddLog2((byte*)cells, value);
        Assert.Equal(1, cells[HistogramCells.Buckets + bucket]);
        Assert.Equal(value, cells[HistogramCells.Sum]);
        Assert.Equal(value, cells[HistogramCells.Least] ^ long.MaxValue);
        Assert.Equal(value, cells[HistogramCells.Greatest] ^ long.MinValue);
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
    public void AddLinear_Value_CountsBetweenItsBounds(long value, int bucket)
    {
        long* cells = stackalloc long[HistogramCells.Buckets + 22];
        new Span<long>(cells, HistogramCells.Buckets + 22).Clear();
        HistogramCells.AddLinear((byte*)cells, value, -100, 10, 20);
        Assert.Equal(1, cells[HistogramCells.Buckets + bucket]);
    }

    [Fact]
    public void AddLog2_SmallValues_KeepsTheLeastAndTheGreatestOfThem()
    {
        Random random = new(3);
        for (int run = 0; run < 200; run++)
        {
            long[] cells = new long[HistogramCells.Buckets + HistogramCells.Log2Buckets];
            long[] values = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => random.Next(-4, 5))];
            fixed (long* first = cells)
            {
                foreach (long value in values)
                {
                    HistogramCells.AddLog2((byte*)first, value);
                }
            }

            Assert.Equal(values.Min(), cells[HistogramCells.Least] ^ long.MaxValue);
            Assert.Equal(values.Max(), cells[HistogramCells.Greatest] ^ long.MinValue);
            Assert.Equal(values.Sum(), cells[HistogramCells.Sum]);
        }
    }

    [Theory]
    [InlineData(long.MaxValue, 1, long.MaxValue)]
    [InlineData(long.MinValue, -1, long.MinValue)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue, long.MinValue)]
    [InlineData(long.MaxValue, long.MinValue, -1)]
    [InlineData(5, -7, -2)]
    public void SaturatingSum_PastTheRange_StopsAtItsEnd(long left, long right, long sum)
    {
        Assert.Equal(sum, HistogramCells.SaturatingSum(left, right));
        Assert.Equal(sum, HistogramCells.SaturatingSum(right, left));
    }
}
