using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>What people and agents write by hand.</summary>
public class ProbeSpecJsonGrammarTests
{
    [Fact]
    public void Read_TheExampleOfTheDocumentation_IsThatProbe()
    {
        const string Json = """
            {"point":{"fake":"Shop.Orders::Place(string, int)"},"on":["call"],"when":{"and":[{">":[{"arg":"quantity","type":"int"},10]},{">":["duration",{"milliseconds":5}]}]},"capture":{"quantity":{"arg":"quantity","type":"int"}},"label":"slow"}
            """;
        ProbeSpec spec = new ProbeSpec(new FakePoint("Shop.Orders::Place(string, int)"))
            .OnCall()
            .When(c => c.Arg<int>("quantity") > 10 && c.Duration > TimeSpan.FromMilliseconds(5))
            .Capture(c => new { quantity = c.Arg<int>("quantity") })
            .Named("slow");
        ProbeSpec read = ProbeSpecJson.Read(Json);
        Assert.Equal(spec.Condition, read.Condition);
        Assert.Equal(spec.CaptureShape! with { Factory = null }, read.CaptureShape);
        Assert.Equal(("slow", ProbeEdge.Call), (read.Label, read.Edge));
        Assert.Equal(Json.Trim(), ProbeSpecJson.Write(spec));
    }

    [Theory]
    [InlineData("""{">":[{"arg":0,"type":"long"},10]}""", "c.Arg<long>(0) > 10")]
    [InlineData("""{"<":[10,{"arg":0,"type":"double"}]}""", "10.0 < c.Arg<double>(0)")]
    [InlineData("""{"==":[{"arg":"kind","type":"Instrumentation.Core.Tests.Expressions.Level"},"High"]}""", "c.Arg<Level>(\"kind\") == Level.High")]
    [InlineData("""{"==":[{"arg":"kind","type":"Level"},200]}""", "c.Arg<Level>(\"kind\") == Level.High")]
    [InlineData("""{"==":["thrownBy","Shop.Orders::Place"]}""", "c.ThrownBy == \"Shop.Orders::Place\"")]
    [InlineData("""{"!=":["exception",null]}""", "c.Exception != null")]
    [InlineData("""{"==":[{"return":"string"},{"value":"duration"}]}""", "c.Return<string>() == \"duration\"")]
    [InlineData("""{"startsWith":[{"path":"_customer.Name","of":{"this":"object"},"type":"string"},"VIP"]}""", "c.Field<string>(c.This<object>(), \"_customer.Name\").StartsWith(\"VIP\")")]
    [InlineData("""{"or":[{"not":{"arg":0,"type":"bool"}},true,{"is":"exception","type":"System.ArgumentException"}]}""", "((!c.Arg<bool>(0)) || true) || (c.Exception is ArgumentException)")]
    [InlineData("""{"==":[{"memory":{"arg":1,"type":"nint"},"type":"string"},"/etc"]}""", "c.String(c.Arg<nint>(1)) == \"/etc\"")]
    [InlineData("""{">":[{"memory":{"arg":"at","type":"ulong"},"type":"byte"},3]}""", "c.Memory<byte>(c.Arg<ulong>(\"at\")) > 3")]
    [InlineData("""{"==":[{"kernel":"task->real_parent->tgid","type":"int"},1]}""", "c.Kernel<int>(\"task->real_parent->tgid\") == 1")]
    [InlineData("""{"and":[{"==":["comm","cat"]},{">":["cpu",0]},{"==":["userId",0]},{">":["cgroupId",1]}]}""", "(((c.Comm == \"cat\") && (c.Cpu > 0)) && (c.UserId == 0)) && (c.CgroupId > 1)")]
    [InlineData("""{">=":[{"totalMilliseconds":"duration"},2.5]}""", "c.Duration.TotalMilliseconds >= 2.5")]
    [InlineData("""{"==":[{"&":[{"convert":{"arg":0,"type":"Traits"},"type":"int"},1]},1]}""", "(((int)c.Arg<Traits>(0)) & 1) == 1")]
    [InlineData("""{"==":[{"length":{"arg":0,"type":"int[]"}},{"length":{"arg":1,"type":"string"}}]}""", "c.Arg<int[]>(0).Length == c.Arg<string>(1).Length")]
    [InlineData("""{"==":[{"arg":0,"type":"double"},"NaN"]}""", "c.Arg<double>(0) == NaN")]
    [InlineData("""{">":[{"arg":0,"type":"ulong"},"18446744073709551614"]}""", "c.Arg<ulong>(0) > 18446744073709551614")]
    [InlineData("""{"==":[{"arg":0,"type":"char"},"x"]}""", "c.Arg<char>(0) == 'x'")]
    [InlineData("""{">":["duration",{"seconds":1.5}]}""", "c.Duration > TimeSpan(00:00:01.5000000)")]
    public void Read_Conditions_MeanTheLambda(string json, string lambda) => Assert.Equal(lambda, ExpressionText.Of(Text.Condition(json)));

    [Fact]
    public void Read_Limits_Mean()
    {
        ProbeSpec spec = Text.Place.Sample(10).RateLimit(0.5).HitLimit(1000).ExpireAfter(TimeSpan.FromMinutes(5));
        ProbeSpec read = Text.Spec("""
            "limits":{"expiry":{"minutes":5},"hits":1000,"perSecond":0.5,"sampleEvery":10}
            """);
        Assert.Equal(spec, read);
        Assert.EndsWith("\"limits\":{\"sampleEvery\":10,\"perSecond\":0.5,\"hits\":1000,\"expiry\":{\"seconds\":300}}}", ProbeSpecJson.Write(read), StringComparison.Ordinal);
        Assert.Equal(Text.Place, Text.Spec("\"limits\":{}"));
        Assert.Equal(Text.Place, Text.Spec("\"limits\":{\"hits\":null}"));
    }

    [Fact]
    public void Read_CommentsCommasAndNulls_ArePassedOver()
    {
        ProbeSpec spec = ProbeSpecJson.Read("""
            {
              // where
              "point": {"fake": "here"},
              "when": null, "capture": null, "aggregate": null, "label": null, /* what */ "on": "entry",
            }
            """);
        Assert.Equal(Text.Place.OnEntry(), spec);
    }

    [Fact]
    public void Read_Aggregations_Mean()
    {
        Assert.IsType<CountAggregation>(Text.Spec("\"aggregate\":\"count\"").Aggregation);
        Assert.Equal(new KeyedAggregation(new ContextExpression(ContextValue.Caller, typeof(CodeAddress)), new CountAggregation(), 1024), Text.Spec("\"aggregate\":{\"countBy\":\"caller\"}").Aggregation);
        Assert.Equal(Text.Place.Sum(c => c.Duration).Aggregation, Text.Spec("\"aggregate\":{\"sum\":\"duration\"}").Aggregation);
        Assert.Equal(
            Text.Place.SummaryBy(c => c.Caller, c => c.Duration, capacity: 5).Aggregation,
            Text.Spec("\"aggregate\":{\"by\":\"caller\",\"capacity\":5,\"summary\":\"duration\"}").Aggregation);
        Assert.Equal(
            Text.Place.HistogramBy(c => c.Caller, c => c.Duration).Aggregation,
            Text.Spec("\"aggregate\":{\"by\":\"caller\",\"histogram\":\"duration\"}").Aggregation);
        Assert.IsType<Log2HistogramAggregation>(Text.Spec("\"aggregate\":{\"histogram\":\"duration\"}").Aggregation);
        Assert.Equal(
            Text.Place.Histogram(c => c.Duration, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 20).Aggregation,
            Text.Spec("""
                "aggregate":{"histogram":"duration","minimum":{"seconds":0},"width":{"milliseconds":1},"buckets":20}
                """).Aggregation);
    }

    [Fact]
    public void Write_ConstantsThatJsonRounds_AreExact()
    {
        Assert.Equal("{\"value\":\"9223372036854775807\",\"type\":\"long\"}", Text.Of(new ConstantExpression(long.MaxValue, typeof(long))));
        Assert.Equal("5000000000", Text.Of(new ConstantExpression(5000000000L, typeof(long))));
        Assert.Equal("{\"value\":\"NaN\",\"type\":\"double\"}", Text.Of(new ConstantExpression(double.NaN, typeof(double))));
        Assert.Equal("5.0", Text.Of(new ConstantExpression(5.0, typeof(double))));
        Assert.Equal("-0.0", Text.Of(new ConstantExpression(-0.0, typeof(double))));
        Assert.Equal("{\"value\":[97,55296],\"type\":\"string\"}", Text.Of(new ConstantExpression("a\uD800", typeof(string))));
        Assert.Equal("{\"value\":55296,\"type\":\"char\"}", Text.Of(new ConstantExpression('\uD800', typeof(char))));
        Assert.Equal("{\"value\":\"Fast, Cheap\",\"type\":\"Instrumentation.Core.Tests.Expressions.Traits\"}", Text.Of(new ConstantExpression(Traits.Fast | Traits.Cheap, typeof(Traits))));
        Assert.Equal("{\"ticks\":\"9223372036854775807\"}", Text.Of(new ConstantExpression(TimeSpan.MaxValue, typeof(TimeSpan))));
    }
}
