using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>Whole probes. What does not go together is refused in both directions.</summary>
internal static class SpecJson
{
    private static readonly string[] Properties = ["point", "on", "when", "capture", "aggregate", "span", "getters", "limits", "label"];

    /// <summary>Reads a probe.</summary>
    /// <param name="item">The probe.</param>
    /// <returns>The spec, its parts checked to go together.</returns>
    public static ProbeSpec Read(JsonItem item)
    {
        item.Demand(JsonValueKind.Object, "Write a probe: {\"point\":{\"method\":\"Shop.Orders::Place\"},\"on\":[\"call\"]}.").Only(Properties);
        ProbeSpec spec = new(PointJson.Read(item.Require("point", "Say what is observed: \"point\":{\"method\":\"Shop.Orders::Place\"}.")));
        if (item.FindOptional("on") is { } edge)
        {
            spec = Checked(edge, spec with { Edge = EdgeJson.Read(edge) });
        }

        if (item.FindOptional("when") is { } condition)
        {
            spec = spec with { Condition = ExpressionReader.ReadCondition(condition) };
        }

        if (item.FindOptional("span") is { } span)
        {
            spec = Checked(span, spec with { IsSpan = span.DemandBool("Write true to make each call a span.") });
        }

        if (item.FindOptional("capture") is { } capture)
        {
            spec = Checked(capture, spec with { CaptureShape = CaptureJson.Read(capture) });
        }

        if (item.FindOptional("aggregate") is { } aggregate)
        {
            spec = Checked(aggregate, spec with { Aggregation = AggregationJson.Read(aggregate) });
        }

        if (item.FindOptional("limits") is { } limits)
        {
            spec = Checked(limits, spec with { Limits = LimitsJson.Read(limits) });
        }

        return spec with
        {
            GettersAllowed = item.FindOptional("getters")?.DemandBool("Write true to let expressions call property getters.") ?? false,
            Label = item.FindOptional("label")?.Demand(JsonValueKind.String, "Write a name for the probe.").Text,
        };
    }

    /// <summary>Writes a probe.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="spec">The probe.</param>
    public static void Write(JsonOutput output, ProbeSpec spec)
    {
        if (Broken(spec) is { } broken)
        {
            throw output.Error(broken.Why, broken.Mend, broken);
        }

        if (spec.Action is { } action)
        {
            throw output.Error($"it is {action.Describe()}: code is no data.", "Write the probe without its action, and attach that in code.");
        }

        output.BeginObject();
        output.Name("point");
        PointJson.Write(output, spec.Point);
        output.Name("on");
        EdgeJson.Write(output, spec.Edge);
        if (spec.Condition is { } condition)
        {
            output.Name("when");
            ExpressionWriter.WriteCondition(output, condition);
        }

        if (spec.CaptureShape is { } shape)
        {
            output.Name("capture");
            CaptureJson.Write(output, shape);
        }

        if (spec.Aggregation is { } aggregation)
        {
            output.Name("aggregate");
            AggregationJson.Write(output, aggregation);
        }

        if (spec.IsSpan)
        {
            output.Name("span");
            output.Value(LiteralToken.True);
        }

        if (spec.GettersAllowed)
        {
            output.Name("getters");
            output.Value(LiteralToken.True);
        }

        if (spec.Limits != ProbeLimits.None)
        {
            output.Name("limits");
            LimitsJson.Write(output, spec.Limits);
        }

        if (spec.Label is { } label)
        {
            output.Property("label", label);
        }

        output.End();
    }

    // Called part by part, so that the error is at the part that broke the rule.
    private static ProbeSpec Checked(JsonItem item, ProbeSpec spec) => Broken(spec) is { } broken ? throw item.Error(broken.Why, broken.Mend, inner: broken) : spec;

    private static InstrumentationException? Broken(ProbeSpec spec)
    {
        try
        {
            SpecRules.Check(spec);
            return null;
        }
        catch (InstrumentationException error)
        {
            return error;
        }
    }
}
