using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>The tokens of a JSON text, their mistakes as errors with the place.</summary>
internal static class JsonTokens
{
    /// <summary>What to do about a text that is no JSON.</summary>
    public const string Mend = "Write JSON: double quotes around names and strings, a comma between, every bracket closed.";

    /// <summary>Goes to the next token.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="around">The innermost value that was begun, for the error.</param>
    /// <returns>The token's type.</returns>
    public static JsonTokenType Advance(ref Utf8JsonReader reader, JsonItem around)
    {
        try
        {
            while (reader.Read())
            {
                if (around.Source.IsTooLong(reader.BytesConsumed))
                {
                    throw around.Error(JsonLimits.TooLong, JsonLimits.TooLongMend);
                }

                if (reader.TokenType != JsonTokenType.Comment)
                {
                    return reader.TokenType;
                }
            }
        }
        catch (JsonException error)
        {
            string message = error.Message;
            int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw around.Error($"the text is no JSON: {(end < 0 ? message : message[..end])}", Mend, inner: error, line: LineOf(error));
        }

        throw around.Error("the text ends in the middle of the probe.", Mend);
    }

    /// <summary>The text of a string, name or number.</summary>
    /// <param name="reader">At the token.</param>
    /// <param name="item">The value, or the object that the name is in, for the error.</param>
    /// <returns>The text.</returns>
    public static string TextOf(ref Utf8JsonReader reader, JsonItem item)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            throw item.Error("the string is no valid Unicode.", "Write a string constant with half of a surrogate pair as {\"value\":[55296],\"type\":\"string\"}.", inner: error);
        }
    }

    /// <summary>The kind of value that begins with a token.</summary>
    /// <param name="token">The token's type.</param>
    /// <returns>The kind; undefined when no value begins so.</returns>
    public static JsonValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        JsonTokenType.Null => JsonValueKind.Null,
        _ => JsonValueKind.Undefined,
    };

    /// <summary>The line where a text stops to be JSON.</summary>
    /// <param name="error">What the reader says.</param>
    /// <returns>The line from 1, or null when it does not say.</returns>
    public static int? LineOf(JsonException error) => (int?)error.LineNumber + 1;
}
