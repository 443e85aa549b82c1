using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Histograms. Bounds of durations are durations, those of numbers are numbers.</summary>
internal static class HistogramJson
{
    /// <summary>The properties of a linear histogram besides its value.</summary>
    public static IReadOnlyList<string> Bounds { get; } = ["minimum", "width", "buckets"];

    /// <summary>Reads a histogram.</summary>
    /// <param name="item">The histogram.</param>
    /// <param name="measured">What it measures.</param>
    /// <returns>A log2 histogram, or a linear one when it has bounds.</returns>
    public static ValueAggregation Read(JsonItem item, ProbeExpression measured)
    {
        const string Mend = "A linear histogram has minimum, width and buckets; one without them has a bucket per power of two.";
        bool isDuration = measured.Type == typeof(TimeSpan);
        return Bounds.All(name => item.Find(name) is null)
            ? new Log2HistogramAggregation(measured)
            : new LinearHistogramAggregation(
                measured,
                Bound(item.Require("minimum", Mend), isDuration),
                Bound(item.Require("width", Mend), isDuration),
                item.Require("buckets", Mend).DemandInt("Write the number of buckets."));
    }

    /// <summary>Writes the bounds of a linear histogram.</summary>
    /// <param name="output">Where they go.</param>
    /// <param name="aggregation">The aggregation, whose value has been written; of others than linear histograms nothing is.</param>
    public static void WriteBounds(JsonOutput output, ValueAggregation aggregation)
    {
        if (aggregation is LinearHistogramAggregation linear)
        {
            Bound(output, "minimum", linear.Minimum, linear.Value.Type);
            Bound(output, "width", linear.Width, linear.Value.Type);
            output.Name("buckets");
            output.Value(ConstantWriter.Integer(linear.Buckets));
        }
    }

    private static long Bound(JsonItem item, bool isDuration) => isDuration
        ? DurationJson.ReadNanoseconds(item)
        : item.DemandLong("Write a whole number, as the measured value is one.");

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
