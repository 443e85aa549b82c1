using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>What is kept at the source: <c>"count"</c>, <c>{"countBy":…}</c>, or <c>{"histogram":…}</c>, linear when it has bounds.</summary>
internal static class AggregationJson
{
    /// <summary>The most distinct keys of a keyed count that does not say it.</summary>
    public const int DefaultCapacity = 1024;

    private const string Mend = "Write \"count\", {\"countBy\":a,\"capacity\":1024}, {\"histogram\":a} or {\"histogram\":a,\"minimum\":0,\"width\":10,\"buckets\":20}.";

    private static readonly string[] Kinds = ["count", "countBy", "histogram"];

    /// <summary>Reads an aggregation.</summary>
    /// <param name="item">The aggregation.</param>
    /// <returns>The aggregation.</returns>
    public static AggregationSpec Read(JsonItem item)
    {
        if (item.Kind == JsonValueKind.String)
        {
            return item.Text == "count" ? new CountAggregation() : throw item.Error($"'{JsonPath.Shorten(item.Text)}' is no aggregation.", Mend, NearestNames.Choose(item.Text, Kinds));
        }

        item.Demand(JsonValueKind.Object, Mend);
        return item.Find("countBy") is { } key ? CountBy(item, key) : item.Find("histogram") is { } value ? HistogramJson.Read(item, value) : throw Unknown(item);
    }

    /// <summary>Writes an aggregation.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="aggregation">The aggregation.</param>
    public static void Write(JsonOutput output, AggregationSpec aggregation)
    {
        switch (aggregation)
        {
            case CountAggregation:
                output.Value(LiteralToken.String("count"));
                break;
            case CountByAggregation table:
                output.BeginObject();
                output.Name("countBy");
                new ExpressionWriter(output).Write(table.Key);
                output.Name("capacity");
                output.Value(ConstantWriter.Integer(table.Capacity));
                output.End();
                break;
            default:
                HistogramJson.Write(output, aggregation);
                break;
        }
    }

    private static CountByAggregation CountBy(JsonItem item, JsonItem key)
    {
        item.Only("countBy", "capacity");
        ProbeExpression by = ExpressionReader.Read(key);
        Type type = by.Type;
        if (!ExpressionTypes.IsInteger(type) && !type.IsEnum && type != typeof(bool) && type != typeof(char) && type != typeof(CodeAddress))
        {
            throw key.Error($"a {TypeText.Of(type)} cannot be the key of a count.", "Use an integer, bool, char, enum or \"caller\"; to count by anything else, capture it and count where the events are read.");
        }

        return new(by, item.Find("capacity")?.DemandInt("Write the most distinct keys per thread.") ?? DefaultCapacity);
    }

    private static ProbeJsonException Unknown(JsonItem item) => item.Members is [var member, ..]
        ? member.Value.Error($"'{JsonPath.Shorten(member.Name)}' is no aggregation.", Mend, NearestNames.Choose(member.Name, Kinds))
        : item.Error("the object does not say what it is.", Mend);
}
