using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Short ways from texts to specs and back.</summary>
internal static class Text
{
    public static readonly ProbeSpec Place = new(new FakePoint("here"));

    /// <summary>What JSON holds of a spec: all but the types of its events.</summary>
    public static ProbeSpec Untyped(ProbeSpec spec) => new(spec.Point)
    {
        Edge = spec.Edge,
        Condition = spec.Condition,
        CaptureShape = spec.CaptureShape is { } shape ? shape with { Factory = null } : null,
        Aggregation = spec.Aggregation,
        GettersAllowed = spec.GettersAllowed,
        IsSpan = spec.IsSpan,
        Limits = spec.Limits,
        Label = spec.Label,
    };

    public static ProbeSpec Spec(string parts) => ProbeSpecJson.Read($$"""{"point":{"fake":"here"},{{parts}}}""");

    public static ProbeExpression Condition(string json) => Spec($"\"when\":{json}").Condition!;

    public static ProbeExpression Value(string json) => Spec($$"""
        "capture":{"v":{{json}}}
        """).CaptureShape!.Fields[0].Value;

    public static string Of(ProbeExpression value)
    {
        string json = ProbeSpecJson.Write(Place with { CaptureShape = new([new CaptureField("v", value)], null) });
        const string Before = "\"capture\":{\"v\":";
        return json[(json.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..^2];
    }

    public static ProbeJsonException Refused(string json) => Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read(json));

    public static ProbeJsonException RefusedValue(string json) => Assert.Throws<ProbeJsonException>(() => Value(json));

    public static ProbeJsonException RefusedCondition(string json) => Assert.Throws<ProbeJsonException>(() => Condition(json));
}
