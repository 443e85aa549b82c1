using System.Text;
using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>Reads JSON text into values that know their places. What is no JSON is an error at the innermost value that was begun.</summary>
internal static class JsonItemReader
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = JsonLimits.Levels + 1 };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a whole text.</summary>
    /// <param name="json">The text.</param>
    /// <returns>Its one value.</returns>
    public static JsonItem Read(string json)
    {
        byte[] bytes = Bytes(json);
        Utf8JsonReader reader = new(bytes, Options);
        JsonItem item = Read(ref reader, new JsonSource(bytes, 0));
        try
        {
            reader.Read();
        }
        catch (JsonException error)
        {
            throw item.Error("more text follows the end of the probe.", "Write one probe a text; several are texts of their own.", inner: error, line: JsonTokens.LineOf(error));
        }

        return item;
    }

    /// <summary>Reads one value of a longer text.</summary>
    /// <param name="reader">At its first token or before it; at its last one afterwards.</param>
    /// <returns>The value.</returns>
    public static JsonItem Read(ref Utf8JsonReader reader) => Read(ref reader, new JsonSource(null, reader.BytesConsumed));

    private static byte[] Bytes(string json)
    {
        try
        {
            // Characters first: nothing is made of a text that cannot be a probe.
            return json.Length <= JsonLimits.Bytes && Strict.GetByteCount(json) <= JsonLimits.Bytes
                ? Strict.GetBytes(json)
                : throw new ProbeJsonException("$", JsonLimits.TooLong, JsonLimits.TooLongMend);
        }
        catch (EncoderFallbackException error)
        {
            throw new ProbeJsonException("$", $"the text is no JSON: half of a surrogate pair stands alone at its position {error.Index}.", JsonTokens.Mend, inner: error);
        }
    }

    private static JsonItem Read(ref Utf8JsonReader reader, JsonSource source)
    {
        if (reader.TokenType is JsonTokenType.None or JsonTokenType.PropertyName)
        {
            JsonTokens.Advance(ref reader, new JsonItem(null, "$", default, source, reader.BytesConsumed));
        }

        return Value(ref reader, null, "$", source, 1);
    }

    private static JsonItem Value(ref Utf8JsonReader reader, JsonItem? parent, string step, JsonSource source, int level)
    {
        JsonValueKind kind = JsonTokens.KindOf(reader.TokenType);
        JsonItem item = new(parent, step, new LiteralToken(kind, string.Empty), source, reader.TokenStartIndex);
        if (level > JsonLimits.Levels && kind is JsonValueKind.Object or JsonValueKind.Array)
        {
            throw item.Error($"it is too deep: more than {JsonLimits.Levels} objects and arrays are inside each other.", JsonLimits.TooDeepMend);
        }

        switch (kind)
        {
            case JsonValueKind.Object:
                Members(ref reader, item, level);
                return item;
            case JsonValueKind.Array:
                while (JsonTokens.Advance(ref reader, item) != JsonTokenType.EndArray)
                {
                    item.Items.Add(Value(ref reader, item, JsonPath.Step(item.Items.Count), source, level + 1));
                }

                return item;
            case JsonValueKind.Undefined:
                throw item.Error("a value is missing.", JsonTokens.Mend);
            case JsonValueKind.String or JsonValueKind.Number:
                return new(parent, step, new LiteralToken(kind, JsonTokens.TextOf(ref reader, item)), source, reader.TokenStartIndex);
            default:
                return item;
        }
    }

    private static void Members(ref Utf8JsonReader reader, JsonItem item, int level)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        while (JsonTokens.Advance(ref reader, item) != JsonTokenType.EndObject)
        {
            string name = JsonTokens.TextOf(ref reader, item);
            string step = JsonPath.Step(name);
            if (!names.Add(name))
            {
                throw new JsonItem(item, step, default, item.Source, reader.TokenStartIndex).Error($"the property '{JsonPath.Shorten(name)}' is written twice.", "Write it once.");
            }

            JsonTokens.Advance(ref reader, item);
            item.Members.Add(new(name, Value(ref reader, item, step, item.Source, level + 1)));
        }
    }
}
