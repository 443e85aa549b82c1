using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>
/// What is kept at the source: <c>"count"</c>, <c>{"sum":…}</c>, <c>{"summary":…}</c>, <c>{"breakdown":…}</c> of spans, or <c>{"histogram":…}</c>, linear when it has bounds; by a key with
/// <c>"by"</c>, a count as <c>{"countBy":…}</c>; stacks as <c>{"stacks":8192}</c>, with the capacity, and with a value to add up as <c>"weight"</c>.
/// </summary>
internal static class AggregationJson
{
    /// <summary>The most distinct keys of a keyed aggregation that does not say it.</summary>
    public const int DefaultCapacity = 1024;

    private const string Mend =
        "Write \"count\", {\"countBy\":a,\"capacity\":1024}, {\"sum\":a}, {\"summary\":a}, {\"histogram\":a} or {\"histogram\":a,\"minimum\":0,\"width\":10,\"buckets\":20}; with \"by\":a for each key; or {\"stacks\":8192}, with \"weight\":a for sums.";

    private static readonly string[] Kinds = ["count", "countBy", "sum", "summary", "histogram", "breakdown", "stacks"];

    private static readonly string[] Table = ["by", "capacity"];

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
        if (item.Find("countBy") is { } counted)
        {
            item.Only("countBy", "capacity");
            return Keyed(item, counted, new CountAggregation());
        }

        if (item.Find("stacks") is { } stacks)
        {
            item.Only("stacks", "weight");
            return new StackAggregation(stacks.DemandInt("Write the most distinct stacks.")) { Weight = item.Find("weight") is { } weight ? Measure(weight) : null };
        }

        ValueAggregation inner = item.Find("sum") is { } sum ? new SumAggregation(Measure(sum))
            : item.Find("summary") is { } summary ? new SummaryAggregation(Measure(summary))
            : item.Find("breakdown") is { } breakdown ? new BreakdownAggregation(Measure(breakdown))
            : item.Find("histogram") is { } histogram ? HistogramJson.Read(item, Measure(histogram))
            : throw Unknown(item);
        item.Only(inner switch { SumAggregation => ["sum", .. Table], SummaryAggregation => ["summary", .. Table], BreakdownAggregation => ["breakdown", .. Table], _ => ["histogram", .. HistogramJson.Bounds, .. Table] });
        return item.Find("by") is { } key ? Keyed(item, key, inner)
            : item.Find("capacity") is { } capacity ? throw capacity.Error("only an aggregation by key has a capacity.", "Leave it out, or add \"by\":a.")
            : inner;
    }

    /// <summary>Writes an aggregation.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="aggregation">The aggregation.</param>
    public static void Write(JsonOutput output, AggregationSpec aggregation)
    {
        if (aggregation is StackAggregation stacks)
        {
            output.BeginObject();
            output.Name("stacks");
            output.Value(ConstantWriter.Integer(stacks.Capacity));
            if (stacks.Weight is { } weight)
            {
                output.Name("weight");
                new ExpressionWriter(output).Write(weight);
            }

            output.End();
            return;
        }

        KeyedAggregation? table = aggregation as KeyedAggregation;
        ValueAggregation? value = (table?.Inner ?? aggregation) as ValueAggregation;
        if (table is null && value is null)
        {
            output.Value(LiteralToken.String("count"));
            return;
        }

        output.BeginObject();
        if (value is not null)
        {
            output.Name(value switch
            {
                SumAggregation => "sum",
                SummaryAggregation => "summary",
                BreakdownAggregation => "breakdown",
                Log2HistogramAggregation or LinearHistogramAggregation => "histogram",
                _ => throw output.Error($"a {value.GetType().Name} has no text.", Mend),
            });
            new ExpressionWriter(output).Write(value.Value);
            HistogramJson.WriteBounds(output, value);
        }

        if (table is not null)
        {
            output.Name(value is null ? "countBy" : "by");
            new ExpressionWriter(output).Write(table.Key);
            output.Name("capacity");
            output.Value(ConstantWriter.Integer(table.Capacity));
        }

        output.End();
    }

    private static KeyedAggregation Keyed(JsonItem item, JsonItem key, AggregationSpec inner)
    {
        ProbeExpression by = ExpressionReader.Read(key);
        return AggregationFactory.IsKey(by.Type)
            ? new(by, inner, item.Find("capacity")?.DemandInt("Write the most distinct keys per thread.") ?? DefaultCapacity)
            : throw key.Error(
                $"a {TypeText.Of(by.Type)} cannot be the key of an aggregation.",
                "Use an integer, bool, char, enum, string or \"caller\"; for anything else, capture it and aggregate where the events are read.");
    }

    private static ProbeExpression Measure(JsonItem value)
    {
        ProbeExpression measured = ExpressionReader.Read(value);
        return AggregationFactory.IsMeasure(measured.Type)
            ? measured
            : throw value.Error($"a {TypeText.Of(measured.Type)} cannot be added up.", "Use an integer or a duration; convert fractions to long after scaling them.");
    }

    private static ProbeJsonException Unknown(JsonItem item) => item.Members is [var member, ..]
        ? member.Value.Error($"'{JsonPath.Shorten(member.Name)}' is no aggregation.", Mend, NearestNames.Choose(member.Name, Kinds))
        : item.Error("the object does not say what it is.", Mend);
}
