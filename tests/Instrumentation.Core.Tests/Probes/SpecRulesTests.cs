using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Probes;

public sealed class SpecRulesTests
{
    private static readonly ProbeExpression Number = new ConstantExpression(1L, typeof(long));

    private static readonly ProbeExpression Text = new ConstantExpression("a", typeof(string));

    [Theory]
    [InlineData(ProbeEdge.Call)]
    [InlineData(ProbeEdge.Entry)]
    [InlineData(ProbeEdge.Return | ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Catch)]
    public void Check_EdgesThatGoTogether_Passes(ProbeEdge edge) => SpecRules.Check(FakeSession.Spec("a") with { Edge = edge });

    [Theory]
    [InlineData(ProbeEdge.None)]
    [InlineData((ProbeEdge)64)]
    [InlineData(ProbeEdge.Catch | ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Call | ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Entry | ProbeEdge.Return)]
    public void Check_EdgesThatMeanNothing_SaysWhatToUse(ProbeEdge edge)
    {
        SpecException exception = Assert.Throws<SpecException>(() => SpecRules.Check(FakeSession.Spec("a") with { Edge = edge }));
        Assert.NotEmpty(exception.Mend);
        Assert.Contains(edge.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_CaptureWithAggregation_Throws() => Assert.Throws<SpecException>(() => SpecRules.Check(
        FakeSession.Spec("a") with { Aggregation = new CountAggregation(), CaptureShape = FakeCapture.Fields(("N", typeof(int))) }));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Check_NumberOfFields_IsAtMostTheBitsOfTheFaultMask(int count, bool passes)
    {
        ProbeSpec spec = FakeSession.Spec("a") with { CaptureShape = FakeCapture.Fields([.. Enumerable.Range(0, count).Select(static i => ($"F{i}", typeof(int)))]) };
        Exception? exception = Record.Exception(() => SpecRules.Check(spec));
        Assert.Equal(passes, exception is null);
        Assert.True(exception is null or ExpressionException);
    }

    [Fact]
    public void Check_AggregationsOutOfRange_Throw()
    {
        AggregationSpec[] wrong =
        [
            new KeyedAggregation(Number, new CountAggregation(), 0),
            new KeyedAggregation(Number, new CountAggregation(), 65537),
            new KeyedAggregation(new ConstantExpression(1.5, typeof(double)), new CountAggregation(), 1),
            new KeyedAggregation(Number, new SumAggregation(Text), 1),
            new KeyedAggregation(Number, new KeyedAggregation(Number, new CountAggregation(), 1), 1),
            new KeyedAggregation(Number, new LinearHistogramAggregation(Number, 0, 0, 10), 1),
            new KeyedAggregation(Number, new Log2HistogramAggregation(Number), 65536),
            new SumAggregation(Text),
            new SummaryAggregation(new ConstantExpression(1.5, typeof(double))),
            new Log2HistogramAggregation(Text),
            new LinearHistogramAggregation(Number, 0, 0, 10),
            new LinearHistogramAggregation(Number, 0, 1, 0),
            new LinearHistogramAggregation(Number, 0, 1, 1025),
            new LinearHistogramAggregation(Number, long.MaxValue - 5, 1, 10),
            new LinearHistogramAggregation(Number, 0, long.MaxValue, 2),
        ];
        Assert.All(wrong, static aggregation => Assert.Throws<SpecException>(() => SpecRules.Check(FakeSession.Spec("a") with { Aggregation = aggregation })));
        SpecRules.Check(FakeSession.Spec("a") with { Aggregation = new LinearHistogramAggregation(Number, long.MinValue, 1, 1024) });
        SpecRules.Check(FakeSession.Spec("a") with { Aggregation = new KeyedAggregation(Number, new SummaryAggregation(Number), 65536) });
    }
}
