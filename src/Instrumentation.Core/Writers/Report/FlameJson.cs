using System.Text.Json;

namespace Instrumentation.Writers.Report;

/// <summary>Writes a flame graph: frames in the order of a walk from the root, each with its depth, so that no reader needs to recurse.</summary>
internal static class FlameJson
{
    /// <summary>Writes a graph as an object.</summary>
    /// <param name="json">Takes the text.</param>
    /// <param name="flame">The graph.</param>
    public static void Write(Utf8JsonWriter json, FlameGraph flame)
    {
        json.WriteStartObject();
        json.WriteString("title", flame.Title);
        json.WriteString("unit", flame.Unit == ValueUnit.Nanoseconds ? "ns" : "");
        json.WriteNumber("total", flame.Root.Weight);
        json.WriteNumber("lost", flame.Lost);
        json.WriteNumber("least", flame.Least);

        Dictionary<string, int> names = [];
        List<(int Depth, FlameNode Node)> frames = [.. Walk(flame)];
        foreach ((_, FlameNode node) in frames)
        {
            names.TryAdd(node.Name, names.Count);
        }

        json.WriteStartArray("names");
        foreach (string name in names.Keys)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();

        // Four numbers a frame: depth, name, kind, weight.
        json.WriteStartArray("frames");
        foreach ((int depth, FlameNode node) in frames)
        {
            json.WriteNumberValue(depth);
            json.WriteNumberValue(names[node.Name]);
            json.WriteNumberValue((int)node.Kind);
            json.WriteNumberValue(node.Weight);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<(int Depth, FlameNode Node)> Walk(FlameGraph flame)
    {
        Stack<(int Depth, FlameNode Node)> open = new([(0, flame.Root)]);
        while (open.TryPop(out (int Depth, FlameNode Node) frame))
        {
            yield return frame;
            foreach (FlameNode child in frame.Node.Children.Reverse().Where(child => child.Weight >= flame.Least))
            {
                open.Push((frame.Depth + 1, child));
            }
        }
    }
}
