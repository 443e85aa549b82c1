using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>The moments that a probe reports: <c>"on":["return","throw"]</c>, or one name alone.</summary>
internal static class EdgeJson
{
    private static readonly Dictionary<string, ProbeEdge> Edges = new(StringComparer.Ordinal)
    {
        ["entry"] = ProbeEdge.Entry,
        ["return"] = ProbeEdge.Return,
        ["throw"] = ProbeEdge.Throw,
        ["call"] = ProbeEdge.Call,
        ["catch"] = ProbeEdge.Catch,
    };

    private static readonly string Mend = $"The moments are {string.Join(", ", Edges.Keys)}.";

    /// <summary>Reads moments.</summary>
    /// <param name="item">One name, or an array of them.</param>
    /// <returns>The moments.</returns>
    public static ProbeEdge Read(JsonItem item)
    {
        if (item.Kind == JsonValueKind.String)
        {
            return One(item);
        }

        ProbeEdge all = ProbeEdge.None;
        foreach (JsonItem name in item.Demand(JsonValueKind.Array, "Write an array of moments: [\"call\"].").Items)
        {
            ProbeEdge edge = One(name);
            all = (all & edge) == 0 ? all | edge : throw name.Error($"the moment '{name.Text}' is written twice.", "Write it once.");
        }

        return all;
    }

    /// <summary>Writes moments.</summary>
    /// <param name="output">Where they go.</param>
    /// <param name="edge">The moments.</param>
    public static void Write(JsonOutput output, ProbeEdge edge)
    {
        output.BeginArray();
        foreach ((string name, ProbeEdge one) in Edges)
        {
            if ((edge & one) != 0)
            {
                output.Value(LiteralToken.String(name));
            }
        }

        output.End();
    }

    private static ProbeEdge One(JsonItem item) => Edges.TryGetValue(item.Demand(JsonValueKind.String, Mend).Text, out ProbeEdge edge)
        ? edge
        : throw item.Error($"'{JsonPath.Shorten(item.Text)}' is no moment of a call.", Mend, NearestNames.Choose(item.Text, Edges.Keys));
}
