using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Instrumentation.Backends;
using Instrumentation.Json;

namespace Instrumentation;

/// <summary>
/// Probes as JSON, for files, tools and agents. The grammar is in <c>docs/probe-json.md</c>. Reading looks types up among what is loaded; it loads no
/// assembly by name, runs no code of the program and attaches nothing.
/// </summary>
/// <remarks>
/// What <see cref="Write(ProbeSpec)"/> gives reads back as an equal spec, but for two things that JSON does not hold: it is untyped (captured values come
/// as fields, <see cref="Expressions.CaptureShape.Factory"/> is null), and a method that was given by reflection is named by its signature.
/// </remarks>
public static class ProbeSpecJson
{
    // The texts are no part of an HTML page: operators and type names stay as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonLimits.Levels, SkipValidation = true };

    /// <summary>Writes a probe.</summary>
    /// <param name="spec">The probe.</param>
    /// <returns>One line of JSON.</returns>
    /// <exception cref="ProbeJsonException">Something in the probe has no text: an unknown kind of point, a type or method that no name selects.</exception>
    public static string Write(ProbeSpec spec) => Encoding.UTF8.GetString(Utf8(spec).WrittenSpan);

    /// <summary>Writes a probe as one value. When it throws, nothing has been written.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="writer">Where it goes; formatted as its options say.</param>
    /// <exception cref="ProbeJsonException">Something in the probe has no text: an unknown kind of point, a type or method that no name selects.</exception>
    public static void Write(ProbeSpec spec, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using JsonDocument document = JsonDocument.Parse(Utf8(spec).WrittenMemory, new JsonDocumentOptions { MaxDepth = JsonLimits.Levels });
        document.RootElement.WriteTo(writer);
    }

    /// <summary>Reads a probe. Comments and trailing commas are passed over.</summary>
    /// <param name="json">The text; nothing but white space and comments may follow the probe.</param>
    /// <returns>The probe, untyped.</returns>
    /// <exception cref="ProbeJsonException">The text is no JSON, or no probe; says where and why.</exception>
    public static ProbeSpec Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return SpecJson.Read(JsonItemReader.Read(json));
    }

    /// <summary>Reads a probe that is one value of a longer text.</summary>
    /// <param name="reader">At the value's first token, or before it; at its last token afterwards. Where it was when it throws.</param>
    /// <returns>The probe, untyped.</returns>
    /// <exception cref="ProbeJsonException">The text is no JSON, or no probe; says where and why, counting from the value.</exception>
    public static ProbeSpec Read(ref Utf8JsonReader reader)
    {
        Utf8JsonReader ahead = reader;
        ProbeSpec spec = SpecJson.Read(JsonItemReader.Read(ref ahead));
        reader = ahead;
        return spec;
    }

    /// <summary>Makes the points of a backend that is not the library's known to this process: before the first probe that has one is written or read. Registering a format of the same type again changes nothing.</summary>
    /// <param name="format">The format.</param>
    /// <exception cref="ArgumentException">Another kind of point has the format's name.</exception>
    public static void Register(ProbePointFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        ProbePointCodecs.Register(format);
    }

    private static ArrayBufferWriter<byte> Utf8(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        SpecJson.Write(new JsonOutput(writer), spec);
        writer.Flush();
        return buffer.WrittenCount <= JsonLimits.Bytes ? buffer : throw new ProbeJsonException("$", JsonLimits.TooLong, JsonLimits.TooLongMend);
    }
}
