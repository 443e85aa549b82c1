using System.Buffers;
using System.Text.Json;
using Instrumentation.Backends;

namespace Instrumentation.Json;

/// <summary>The points of a backend that a user has added, by the format that it has registered.</summary>
/// <param name="format">The format.</param>
internal sealed class FormatCodec(ProbePointFormat format) : IProbePointCodec
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonLimits.Levels };

    /// <summary>The format.</summary>
    public ProbePointFormat Format => format;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [format.Name];

    /// <inheritdoc/>
    public bool TryWrite(ProbePoint point, JsonOutput output)
    {
        if (!format.Handles(point))
        {
            return false;
        }

        output.Name(format.Name);
        using JsonDocument value = ValueOf(point, output);
        Copy(value.RootElement, output);
        return true;
    }

    /// <inheritdoc/>
    public ProbePoint Read(string name, JsonItem value, JsonItem point)
    {
        point.Only(name);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            Copy(value, writer);
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory, Options);
        try
        {
            return format.Read(document.RootElement) ?? throw value.Error("the format gave no point.", $"Write it as '{name}' is documented.");
        }
        catch (Exception failure) when (failure is not ProbeJsonException)
        {
            throw value.Error(failure.Message, $"Write it as '{name}' is documented.", inner: failure);
        }
    }

    private JsonDocument ValueOf(ProbePoint point, JsonOutput output)
    {
        ArrayBufferWriter<byte> buffer = new();
        try
        {
            using (Utf8JsonWriter writer = new(buffer))
            {
                format.Write(point, writer);
            }

            return JsonDocument.Parse(buffer.WrittenMemory, Options);
        }
        catch (Exception failure) when (failure is not ProbeJsonException)
        {
            throw output.Error($"the format of '{format.Name}' did not write the point '{point.Describe()}' as one value: {failure.Message}", "Mend the format.", failure);
        }
    }

    private static void Copy(JsonElement value, JsonOutput output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                output.BeginObject();
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    output.Name(property.Name);
                    Copy(property.Value, output);
                }

                output.End();
                break;
            case JsonValueKind.Array:
                output.BeginArray();
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Copy(element, output);
                }

                output.End();
                break;
            default:
                output.Value(new LiteralToken(value.ValueKind, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : string.Empty));
                break;
        }
    }

    private static void Copy(JsonItem item, Utf8JsonWriter writer)
    {
        switch (item.Kind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonMember member in item.Members)
                {
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                item.Items.ForEach(element => Copy(element, writer));
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(item.Text);
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(item.Text);
                break;
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteBooleanValue(item.Kind == JsonValueKind.True);
                break;
        }
    }
}
