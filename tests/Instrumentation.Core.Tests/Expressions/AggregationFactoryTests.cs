using Instrumentation.Core.Tests.Fakes;

namespace Instrumentation.Core.Tests.Expressions;

public class AggregationFactoryTests
{
    [Fact]
    public void By_KeyTypes_IntegersBoolCharEnumTextAndCaller()
    {
        Assert.Equal(10, By(c => c.Arg<long>(0), 10).Capacity);
        Assert.Equal(typeof(Level), By(c => c.Arg<Level>(0), 1).Key.Type);
        Assert.Equal(typeof(CodeAddress), By(c => c.Caller, 65536).Key.Type);
        Assert.Equal(typeof(bool), By(c => c.Arg<int>(0) > 3, 1).Key.Type);
        Assert.Equal(typeof(nint), By(c => c.Arg<nint>(0), 1).Key.Type);
        Assert.Contains("double", Assert.Throws<ExpressionException>(() => By(c => c.Arg<double>(0), 1)).Why, StringComparison.Ordinal);
        Assert.Equal(typeof(string), By(c => c.Arg<string>(0), 1).Key.Type);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65537)]
    public void By_CapacityOutOfRange_Throws(int capacity) =>
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => By(c => c.ThreadId, capacity)).ParamName);

    [Fact]
    public void Log2_ValueTypes_IntegersAndDurations()
    {
        Assert.Equal(typeof(TimeSpan), AggregationFactory.Log2(c => c.Duration).Value.Type);
        Assert.Equal(typeof(byte), AggregationFactory.Log2(c => c.Arg<byte>(0)).Value.Type);
        Assert.Throws<ExpressionException>(() => AggregationFactory.Log2(c => c.Arg<char>(0)));
        Assert.Throws<ExpressionException>(() => AggregationFactory.Log2(c => c.Arg<double>(0)));
        Assert.Throws<ExpressionException>(() => AggregationFactory.Log2(c => c.Arg<Level>(0)));
    }

    [Fact]
    public void Linear_Durations_BoundsAreNanoseconds()
    {
        LinearHistogramAggregation histogram = AggregationFactory.Linear(c => c.Duration, TimeSpan.FromMicroseconds(1), TimeSpan.FromMilliseconds(2), 8);
        Assert.Equal((1_000L, 2_000_000L, 8), (histogram.Minimum, histogram.Width, histogram.Buckets));
        LinearHistogramAggregation plain = AggregationFactory.Linear(c => c.Arg<sbyte>(0), (sbyte)-5, (sbyte)2, 1024);
        Assert.Equal((-5L, 2L, 1024), (plain.Minimum, plain.Width, plain.Buckets));
        Assert.Equal(3, AggregationFactory.Linear(c => c.Arg<nint>(0), (nint)3, (nint)1, 1).Minimum);
    }

    [Fact]
    public void Linear_NumbersOutOfRange_Throw()
    {
        Assert.Equal("width", Refused(0, 0, 4));
        Assert.Equal("width", Refused(0, -1, 4));
        Assert.Equal("buckets", Refused(0, 1, 0));
        Assert.Equal("buckets", Refused(0, 1, 1025));
        Assert.Equal("width", Refused(long.MaxValue - 1, 1, 2));
        Assert.Equal("minimum", Assert.Throws<ArgumentOutOfRangeException>(() => AggregationFactory.Linear(c => c.Arg<ulong>(0), ulong.MaxValue, 1ul, 1)).ParamName);
    }

    [Fact]
    public void By_TablesThatAreTooLarge_Throw()
    {
        Log2HistogramAggregation histogram = AggregationFactory.Log2(c => c.Arg<int>(0));
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => AggregationFactory.By(c => c.ThreadId, histogram, 65536)).ParamName);
        Assert.Equal(4096, AggregationFactory.By(c => c.ThreadId, histogram, 4096).Capacity);
    }

    [Fact]
    public void Spec_OfAnAggregation_IsTheSameTreeAsByHand()
    {
        ProbeSpec spec = FakeSession.Spec("a").SumBy(c => c.Arg<byte>(1), c => c.Duration, capacity: 7);
        KeyedAggregation table = Assert.IsType<KeyedAggregation>(spec.Aggregation);
        SumAggregation sum = Assert.IsType<SumAggregation>(table.Inner);
        Assert.Equal((typeof(byte), typeof(TimeSpan), ValueUnit.Nanoseconds, 7), (table.Key.Type, sum.Value.Type, sum.Unit, table.Capacity));
        Assert.Equal([table.Key, sum.Value], table.Expressions);
        Assert.Equal(spec.Aggregation, FakeSession.Spec("b").SumBy(c => c.Arg<byte>(1), c => c.Duration, capacity: 7).Aggregation);
        Assert.NotEqual(spec.Aggregation, FakeSession.Spec("b").SummaryBy(c => c.Arg<byte>(1), c => c.Duration, capacity: 7).Aggregation);
        Assert.Equal(table with { Key = sum.Value, Inner = new SumAggregation(table.Key) }, table.Select(part => part == table.Key ? sum.Value : table.Key));
    }

    private static KeyedAggregation By<TKey>(System.Linq.Expressions.Expression<Func<ProbeContext, TKey>> key, int capacity) =>
        AggregationFactory.By(key, new CountAggregation(), capacity);

    private static string? Refused(long minimum, long width, int buckets) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AggregationFactory.Linear(c => c.Arg<long>(0), minimum, width, buckets)).ParamName;
}
