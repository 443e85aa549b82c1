using System.Buffers;
using System.Text.Json;

namespace Instrumentation.Writers;

/// <summary>One JSON object and a line feed for each event.</summary>
internal sealed class JsonLinesFormat : IEventFormat
{
    /// <inheritdoc/>
    public ReadOnlySpan<byte> Ending => [];

    /// <inheritdoc/>
    public void Begin(Utf8JsonWriter json)
    {
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, IBufferWriter<byte> output, ProbeEvent item)
    {
        json.WriteStartObject();
        json.WriteString("probe", item.Probe);
        json.WriteString("site", item.Site);
        json.WriteString("edge", item.Edge.ToString());
        json.WriteNumber("ts", item.Timestamp);
        json.WriteNumber("dur", item.Timestamp - item.Start);
        json.WriteNumber("tid", item.ThreadId);
        json.WriteBoolean("failed", item.Failed);
        json.WriteBoolean("cancelled", item.Cancelled);
        json.WriteBoolean("suspended", item.Suspended);
        if (item.Stopped)
        {
            json.WriteBoolean("stopped", true);
        }

        if (item.CallId != 0)
        {
            json.WriteNumber("call", item.CallId);
        }

        if (!item.Span.IsNone)
        {
            json.WriteNumber("span", item.Span.Id);
        }

        json.WriteStartObject("fields");
        FieldJson.WriteProperties(json, item);
        json.WriteEndObject();
        if (item.Faults.Count > 0)
        {
            json.WriteStartArray("faults");
            foreach (string name in item.Faults)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        if (item.Truncated)
        {
            json.WriteBoolean("truncated", true);
        }

        json.WriteEndObject();
        json.Flush();
        json.Reset();
        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void End(Utf8JsonWriter json)
    {
    }
}
