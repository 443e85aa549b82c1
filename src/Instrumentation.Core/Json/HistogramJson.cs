using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Histograms. Bounds of durations are durations, those of numbers are numbers.</summary>
internal static class HistogramJson
{
    /// <summary>Reads a histogram.</summary>
    /// <param name="item">The histogram.</param>
    /// <param name="value">What it measures.</param>
    /// <returns>A log2 histogram, or a linear one when it has bounds.</returns>
    public static AggregationSpec Read(JsonItem item, JsonItem value)
    {
        const string Mend = "A linear histogram has minimum, width and buckets; one without them has a bucket per power of two.";
        item.Only("histogram", "minimum", "width", "buckets");
        ProbeExpression measured = ExpressionReader.Read(value);
        bool isDuration = measured.Type == typeof(TimeSpan);
        if (!isDuration && !ExpressionTypes.IsInteger(measured.Type))
        {
            throw value.Error($"a {TypeText.Of(measured.Type)} cannot be measured by a histogram.", "Use an integer or a duration; convert fractions to long after scaling them.");
        }

        return item.Members.Count == 1
            ? new Log2HistogramAggregation(measured)
            : new LinearHistogramAggregation(
                measured,
                Bound(item.Require("minimum", Mend), isDuration),
                Bound(item.Require("width", Mend), isDuration),
                item.Require("buckets", Mend).DemandInt("Write the number of buckets."));
    }

    /// <summary>Writes a histogram.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="aggregation">The histogram.</param>
    public static void Write(JsonOutput output, AggregationSpec aggregation)
    {
        LinearHistogramAggregation? linear = aggregation as LinearHistogramAggregation;
        ProbeExpression measured = linear?.Value ?? ((Log2HistogramAggregation)aggregation).Value;
        output.BeginObject();
        output.Name("histogram");
        new ExpressionWriter(output).Write(measured);
        if (linear is not null)
        {
            Bound(output, "minimum", linear.Minimum, measured.Type);
            Bound(output, "width", linear.Width, measured.Type);
            output.Name("buckets");
            output.Value(ConstantWriter.Integer(linear.Buckets));
        }

        output.End();
    }

    private static long Bound(JsonItem item, bool isDuration)
    {
        if (isDuration)
        {
            return DurationJson.ReadNanoseconds(item);
        }

        return item.Kind is JsonValueKind.Number or JsonValueKind.String && ConstantReader.TryRead(item.Token, typeof(long), out object? bound)
            ? (long)bound!
            : throw item.Error($"{item.Describe()} is no whole number of 64 bits.", "Write a whole number, as the measured value is one.");
    }

    private static void Bound(JsonOutput output, string name, long bound, Type type)
    {
        output.Name(name);
        if (type == typeof(TimeSpan))
        {
            DurationJson.Write(output, bound, 1);
        }
        else
        {
            output.Value(ConstantWriter.Integer(bound));
        }
    }
}
