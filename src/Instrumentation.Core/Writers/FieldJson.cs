using System.Globalization;
using System.Text.Json;
using Instrumentation.Events;

namespace Instrumentation.Writers;

/// <summary>Writes captured values as JSON: durations as nanoseconds, enums, characters and code addresses as text, numbers that JSON does not have as text.</summary>
internal static class FieldJson
{
    /// <summary>Writes the fields of an event as properties of the object that is open.</summary>
    /// <param name="json">Takes the text.</param>
    /// <param name="item">The event.</param>
    public static void WriteProperties(Utf8JsonWriter json, ProbeEvent item)
    {
        for (int i = 0; i < item.Schema.Fields.Count; i++)
        {
            EventField field = item.Schema.Fields[i];
            json.WritePropertyName(field.Name);
            if (field.Kind == FieldKind.Duration)
            {
                json.WriteNumberValue(item.Bits(i));
            }
            else
            {
                WriteValue(json, item.Value(i));
            }
        }
    }

    /// <summary>Writes text that may hold half of a surrogate pair, since strings are cut at a number of units.</summary>
    /// <param name="json">Takes the text.</param>
    /// <param name="text">The text.</param>
    private static void WriteText(Utf8JsonWriter json, string text)
    {
        bool whole = true;
        for (int i = 0; i < text.Length && whole; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                whole = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
                i++;
            }
        }

        json.WriteStringValue(whole ? text : string.Concat(text.EnumerateRunes()));
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case float single when float.IsFinite(single):
                json.WriteNumberValue(single);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case nuint number:
                json.WriteNumberValue(number);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case nint number:
                json.WriteNumberValue(number);
                break;
            default:
                WriteText(json, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }
}
