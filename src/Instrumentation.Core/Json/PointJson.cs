using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>The place that a probe observes, by the codec of its backend.</summary>
internal static class PointJson
{
    private const string NoCodec = "No kind of point is known: add the package Instrumentation to the application.";

    /// <summary>Reads a point.</summary>
    /// <param name="item">The point.</param>
    /// <returns>The point.</returns>
    public static ProbePoint Read(JsonItem item)
    {
        IReadOnlyList<IProbePointCodec> codecs = ProbePointCodecs.All;
        string[] names = [.. codecs.SelectMany(static codec => codec.Names)];
        string mend = names is [] ? NoCodec : $"The kinds of points are {string.Join(", ", names)}.";
        item.Demand(JsonValueKind.Object, mend);
        foreach (JsonMember member in item.Members)
        {
            if (codecs.FirstOrDefault(codec => codec.Names.Contains(member.Name)) is { } codec)
            {
                return codec.Read(member.Name, member.Value, item);
            }
        }

        throw item.Members is [var unknown, ..]
            ? unknown.Value.Error($"'{JsonPath.Shorten(unknown.Name)}' is no kind of point.", mend, NearestNames.Choose(unknown.Name, names))
            : item.Error("the point does not say what it is.", mend);
    }

    /// <summary>Writes a point.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="point">The point.</param>
    public static void Write(JsonOutput output, ProbePoint point)
    {
        output.BeginObject();
        if (!ProbePointCodecs.All.Any(codec => codec.TryWrite(point, output)))
        {
            throw output.Error($"the point '{point.Describe()}' is of a kind that has no text.", "Use a point of a backend that writes its points, for example Probe.Method.");
        }

        output.End();
    }
}
