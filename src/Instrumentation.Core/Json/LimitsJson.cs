using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>How much a probe reports, and for how long: an object with the limits that are set.</summary>
internal static class LimitsJson
{
    private static readonly string[] Properties = ["sampleEvery", "perSecond", "hits", "expiry"];

    /// <summary>Reads limits.</summary>
    /// <param name="item">The limits.</param>
    /// <returns>The limits; those that are not written are none.</returns>
    public static ProbeLimits Read(JsonItem item)
    {
        item.Demand(JsonValueKind.Object, "Write the limits: {\"sampleEvery\":10,\"perSecond\":100,\"hits\":1000,\"expiry\":{\"minutes\":5}}.").Only(Properties);
        return new ProbeLimits
        {
            SampleEvery = item.FindOptional("sampleEvery")?.DemandInt("Write 10 to report one of ten hits.") ?? ProbeLimits.None.SampleEvery,
            PerSecond = item.FindOptional("perSecond")?.DemandDouble("Write the most hits per second."),
            Hits = item.FindOptional("hits")?.DemandLong("Write the most hits."),
            Expiry = item.FindOptional("expiry") is { } expiry ? DurationJson.ReadTimeSpan(expiry) : null,
        };
    }

    /// <summary>Writes limits.</summary>
    /// <param name="output">Where they go.</param>
    /// <param name="limits">The limits.</param>
    public static void Write(JsonOutput output, ProbeLimits limits)
    {
        output.BeginObject();
        if (limits.SampleEvery != ProbeLimits.None.SampleEvery)
        {
            output.Name("sampleEvery");
            output.Value(ConstantWriter.Integer(limits.SampleEvery));
        }

        if (limits.PerSecond is { } rate)
        {
            output.Name("perSecond");
            output.Value(ConstantWriter.Scalar(rate, typeof(double))!.Value);
        }

        if (limits.Hits is { } hits)
        {
            output.Name("hits");
            output.Value(ConstantWriter.Integer(hits));
        }

        if (limits.Expiry is { } expiry)
        {
            output.Name("expiry");
            DurationJson.Write(output, expiry.Ticks, Durations.NanosecondsPerTick);
        }

        output.End();
    }
}
