using System.Buffers;
using System.Text.Json;

namespace Instrumentation.Writers;

/// <summary>How events become JSON. One instance writes one file.</summary>
internal interface IEventFormat
{
    /// <summary>What closes a text that ends after any event, as UTF-8; empty when it needs nothing.</summary>
    ReadOnlySpan<byte> Ending { get; }

    /// <summary>Writes what comes before the first event.</summary>
    /// <param name="json">Takes the text.</param>
    void Begin(Utf8JsonWriter json);

    /// <summary>Writes one event.</summary>
    /// <param name="json">Takes the text.</param>
    /// <param name="output">Where <paramref name="json"/> writes to.</param>
    /// <param name="item">The event.</param>
    void Write(Utf8JsonWriter json, IBufferWriter<byte> output, ProbeEvent item);

    /// <summary>Writes what comes after the last event.</summary>
    /// <param name="json">Takes the text.</param>
    void End(Utf8JsonWriter json);
}
