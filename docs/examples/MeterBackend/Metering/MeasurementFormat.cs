using System.Text.Json;
using Instrumentation;
using Instrumentation.Backends;

namespace Metering;

/// <summary>Points as JSON: <c>{"measurements": {"meter": "Shop", "instrument": "order.value", "tags": ["region"]}}</c>.</summary>
public sealed class MeasurementFormat : ProbePointFormat
{
    public override string Name => "measurements";

    public override bool Handles(ProbePoint point) => point is MeasurementPoint;

    public override void Write(ProbePoint point, Utf8JsonWriter writer)
    {
        MeasurementPoint measured = (MeasurementPoint)point;
        writer.WriteStartObject();
        writer.WriteString("meter", measured.Meter);
        writer.WriteString("instrument", measured.Instrument);
        writer.WriteStartArray("tags");
        foreach (string tag in measured.Tags)
        {
            writer.WriteStringValue(tag);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override ProbePoint Read(JsonElement value) =>
        new MeasurementPoint(value.GetProperty("meter").GetString()!, value.GetProperty("instrument").GetString()!)
        {
            Tags = [.. value.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)],
        };
}
