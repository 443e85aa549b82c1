using Instrumentation.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>What the engine can compute can be kept as JSON: the expressions that IL is compared on with the interpreter.</summary>
public sealed class JsonTests
{
    [Fact]
    public void ReadOfWrite_RandomExpressions_IsTheExpression()
    {
        Random random = new(20261122);
        RandomExpressions expressions = new(random, new RandomValues(random));
        for (int i = 0; i < 1_000; i++)
        {
            ProbeSpec spec = Probe.Method("Shop.Orders::Place") with { CaptureShape = new CaptureShape([new CaptureField("value", expressions.Any(4))], Factory: null) };
            Assert.Equal(spec, ProbeSpecJson.Read(ProbeSpecJson.Write(spec)));
        }
    }
}
