using System.Text.Json;
using System.Text.Json.Nodes;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Another text of the same probe: indented, the properties of its objects in another order. Only a capture's order means something.</summary>
internal static class Reordered
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, MaxDepth = 1000 };

    public static string Of(string json, Random random)
    {
        JsonNode probe = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 })!;
        return Shuffle(probe, random, isCapture: false).ToJsonString(Indented);
    }

    private static JsonNode Shuffle(JsonNode node, Random random, bool isCapture)
    {
        switch (node)
        {
            case JsonObject members:
                KeyValuePair<string, JsonNode?>[] all = [.. members];
                members.Clear();
                if (!isCapture)
                {
                    random.Shuffle(all);
                }

                return new JsonObject(all.Select(pair =>
                    KeyValuePair.Create(pair.Key, pair.Value is { } value ? Shuffle(value, random, isCapture: pair.Key == "capture" && all.Any(static other => other.Key == "point")) : null)));
            case JsonArray items:
                JsonNode?[] elements = [.. items];
                items.Clear();
                return new JsonArray([.. elements.Select(element => element is null ? null : Shuffle(element, random, isCapture: false))]);
            default:
                return node.DeepClone();
        }
    }
}
