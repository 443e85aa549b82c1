using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>The public entry points of System.Text.Json: serializer, async streams, nodes, documents, reader and writer, and their errors.</summary>
internal static class SystemTextJsonUse
{
    // Kept, so that each use does the same: the library forgets what it knows of options that nobody holds.
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Uses the library.</summary>
    /// <returns>All that it gave.</returns>
    public static byte[] Run()
    {
        StringBuilder all = new();
        string text = JsonSerializer.Serialize(Order.Sample, Options);
        Order back = JsonSerializer.Deserialize<Order>(text, Options)!;
        all.AppendLine(text).AppendLine(JsonSerializer.Serialize(back)).AppendLine(Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(back.Lines)));
        Nodes(text, all);
        Documents(text, all);
        ReaderAndWriter(text, all);
        StreamsAsync(all).GetAwaiter().GetResult();
        Errors(all);
        return Encoding.UTF8.GetBytes(all.ToString());
    }

    private static void Nodes(string text, StringBuilder all)
    {
        JsonNode node = JsonNode.Parse(text)!;
        node["lines"]!.AsArray().Add(new JsonObject { ["name"] = "c", ["price"] = 3, ["tags"] = new JsonArray(1, 2.5, "x", null) });
        JsonNode copy = node.DeepClone();
        all.Append(JsonNode.DeepEquals(node, copy)).Append(copy["lines"]![0]!.GetPath()).AppendLine(copy.ToJsonString());
    }

    private static void Documents(string text, StringBuilder all)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            all.Append(property.Name).Append(property.Value.ValueKind).Append(property.Value.GetRawText().Length);
        }

        JsonElement lines = document.RootElement.GetProperty("lines");
        all.Append(lines.GetArrayLength()).Append(lines[0].GetProperty("price").GetDecimal()).AppendLine(document.RootElement.GetProperty("at").GetDateTimeOffset().ToString("O"));
    }

    private static void ReaderAndWriter(string text, StringBuilder all)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = false }))
        {
            writer.WriteStartArray();
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.String or JsonTokenType.PropertyName:
                        writer.WriteStringValue(reader.GetString());
                        break;
                    case JsonTokenType.Number:
                        writer.WriteNumberValue(reader.GetDouble());
                        break;
                    default:
                        writer.WriteNumberValue((int)reader.TokenType);
                        break;
                }
            }

            writer.WriteEndArray();
        }

        all.AppendLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static async Task StreamsAsync(StringBuilder all)
    {
        using MemoryStream stream = new();
        await JsonSerializer.SerializeAsync(stream, Enumerable.Repeat(Order.Sample, 40)).ConfigureAwait(false);
        stream.Position = 0;
        int seen = 0;
        await foreach (Order? order in JsonSerializer.DeserializeAsyncEnumerable<Order>(stream).ConfigureAwait(false))
        {
            seen += order!.Lines.Count;
        }

        stream.Position = 0;
        Order[] orders = (await JsonSerializer.DeserializeAsync<Order[]>(stream).ConfigureAwait(false))!;
        all.Append(stream.Length).Append(' ').Append(seen).Append(' ').Append(orders.Length).AppendLine();
    }

    private static void Errors(StringBuilder all)
    {
        foreach (string wrong in (string[])["[1, 2, x]", "{\"Id\": \"seven\"}", "{", "", "{\"At\": 3}"])
        {
            try
            {
                _ = JsonSerializer.Deserialize<Order>(wrong);
            }
            catch (JsonException error)
            {
                all.Append(error.Path).Append(error.BytePositionInLine).AppendLine(error.Message);
            }
        }
    }
}
