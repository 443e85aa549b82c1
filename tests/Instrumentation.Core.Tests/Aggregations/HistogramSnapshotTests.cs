namespace Instrumentation.Core.Tests.Aggregations;

public sealed class HistogramSnapshotTests
{
    [Fact]
    public void Percentile_ValuesEvenlySpread_IsWithinABucketOfTheTruth()
    {
        // 0 .. 999 in buckets of 10.
        HistogramSnapshot histogram = new([.. Enumerable.Range(0, 100).Select(static i => new HistogramBucket(i * 10, (i * 10) + 10, 10))], 499_500, 0, 999, ValueUnit.None);
        Assert.Equal(0, histogram.Percentile(0));
        Assert.Equal(999, histogram.Percentile(100));
        for (int percent = 1; percent < 100; percent++)
        {
            Assert.InRange(histogram.Percentile(percent), (percent * 10) - 10, (percent * 10) + 10);
        }

        Assert.Equal(499.5, histogram.Average);
    }

    [Fact]
    public void Percentile_OneValue_IsThatValue()
    {
        HistogramSnapshot histogram = new([new HistogramBucket(512, 1024, 1)], 700, 700, 700, ValueUnit.None);
        Assert.All([0, 1, 50, 99.9, 100], percent => Assert.Equal(700, histogram.Percentile(percent)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100.1)]
    [InlineData(double.NaN)]
    public void Percentile_OutOfRange_Throws(double percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HistogramSnapshot([], 0, 0, 0, ValueUnit.None).Percentile(percent));

    [Fact]
    public void Snapshot_WithoutValues_IsZeroEverywhere()
    {
        HistogramSnapshot histogram = new([new HistogramBucket(long.MinValue, 1, 0)], 0, long.MaxValue, long.MinValue, ValueUnit.None);
        Assert.Equal((0, 0, 0, 0.0, 0.0), (histogram.Count, histogram.Minimum, histogram.Maximum, histogram.Average, histogram.Percentile(50)));
        Assert.Equal("no values", histogram.ToString());
    }

    [Fact]
    public void ToString_Durations_DrawsBarsInHumanUnits()
    {
        HistogramBucket[] buckets =
        [
            new(long.MinValue, 1, 0),
            new(524288, 1048576, 0),
            new(1048576, 2097152, 1200),
            new(2097152, 4194304, 0),
            new(4194304, 8388608, 300),
            new(8388608, 16777216, 0),
        ];
        HistogramSnapshot histogram = new(buckets, 1500 * 2_500_000L, 1_100_000, 8_000_000, ValueUnit.Nanoseconds);
        string[] lines = histogram.ToString().Split(Environment.NewLine);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("1,500 values: average 2.50 ms, least 1.10 ms, median ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("greatest 8.00 ms", lines[0], StringComparison.Ordinal);
        Assert.Equal("1.05 ms .. 2.10 ms  1,200 |########################################", lines[1]);
        Assert.Equal("2.10 ms .. 4.19 ms      0 |", lines[2]);
        Assert.Equal("4.19 ms .. 8.39 ms    300 |##########", lines[3]);
    }

    [Fact]
    public void ToString_OuterBuckets_SayBelowAndFrom()
    {
        HistogramBucket[] buckets = [new(long.MinValue, 0, 1), new(0, 10, 2), new(10, long.MaxValue, 4)];
        string[] lines = new HistogramSnapshot(buckets, 50, -5, 40, ValueUnit.None).ToString().Split(Environment.NewLine);
        Assert.Equal("below 0  1 |##########", lines[1]);
        Assert.Equal("0 .. 10  2 |####################", lines[2]);
        Assert.Equal("from 10  4 |########################################", lines[3]);
    }
}
