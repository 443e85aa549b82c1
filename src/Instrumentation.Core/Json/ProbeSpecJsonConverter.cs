using System.Text.Json;
using System.Text.Json.Serialization;

namespace Instrumentation;

/// <summary>
/// Probes as part of a larger document of <see cref="JsonSerializer"/>, source-generated or not: a member of type <see cref="ProbeSpec"/> holds what
/// <see cref="ProbeSpecJson"/> writes. Specs name it themselves, so that it need not be registered. Typed specs are written as the data that they are, and
/// read as <see cref="ProbeSpec"/>. Errors are <see cref="ProbeJsonException"/>, their path counted from the probe.
/// </summary>
public sealed class ProbeSpecJsonConverter : JsonConverter<ProbeSpec>
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeof(ProbeSpec).IsAssignableFrom(typeToConvert);

    /// <inheritdoc/>
    /// <exception cref="ProbeJsonException">The text is no probe; or a typed spec is asked for, which no text can be.</exception>
    public override ProbeSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => typeToConvert == typeof(ProbeSpec)
        ? ProbeSpecJson.Read(ref reader)
        : throw new ProbeJsonException("$", "a typed spec is made by a lambda only.", "Read a ProbeSpec: its captured values come as fields of the event.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ProbeSpec value, JsonSerializerOptions options) => ProbeSpecJson.Write(value, writer);
}
