using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Instrumentation.Writers;

/// <summary>The object form of Chrome's Trace Event Format.</summary>
internal sealed class ChromeTraceFormat : IEventFormat
{
    private readonly Dictionary<int, CallNesting> _threads = [];
    private readonly int _processId = Environment.ProcessId;
    private long _asyncCalls;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Ending => "]}"u8;

    /// <inheritdoc/>
    public void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartArray("traceEvents");
        WriteMetadata(json, "process_name", _processId, AppDomain.CurrentDomain.FriendlyName);
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, IBufferWriter<byte> output, ProbeEvent item)
    {
        if (!_threads.TryGetValue(item.ThreadId, out CallNesting? nesting))
        {
            _threads.Add(item.ThreadId, nesting = new CallNesting());
            WriteMetadata(json, "thread_name", item.ThreadId, string.Create(CultureInfo.InvariantCulture, $"thread {item.ThreadId}"));
        }

        if (item.Suspended)
        {
            WriteAsyncCall(json, item);
        }
        else if (item.Edge == ProbeEdge.Call)
        {
            foreach (NestedCall call in nesting.Add(item))
            {
                WriteCall(json, call);
            }
        }
        else
        {
            WriteStart(json, item, "i", item.Timestamp);
            json.WriteString("s", "t");
            WriteEnd(json, item);
        }
    }

    /// <inheritdoc/>
    public void End(Utf8JsonWriter json)
    {
        foreach (NestedCall call in _threads.Values.SelectMany(static nesting => nesting.TakeHeld()))
        {
            WriteCall(json, call);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter json, NestedCall call)
    {
        WriteStart(json, call.Event, "X", call.Start);
        json.WriteNumber("dur", Microseconds(call.Event.Timestamp - call.Start));
        WriteEnd(json, call.Event);
    }

    private void WriteAsyncCall(Utf8JsonWriter json, ProbeEvent item)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"0x{++_asyncCalls:x}");
        WriteStart(json, item, "b", item.Start);
        json.WriteString("id", id);
        WriteEnd(json, item);
        WriteStart(json, item, "e", item.Timestamp);
        json.WriteString("id", id);
        json.WriteEndObject();
    }

    private void WriteStart(Utf8JsonWriter json, ProbeEvent item, string phase, long nanoseconds)
    {
        json.WriteStartObject();
        json.WriteString("name", item.Edge == ProbeEdge.Call ? item.Site : $"{item.Site} {item.Edge}");
        json.WriteString("cat", item.Group);
        json.WriteString("ph", phase);
        json.WriteNumber("ts", Microseconds(nanoseconds));
        json.WriteNumber("pid", _processId);
        json.WriteNumber("tid", item.ThreadId);
    }

    private static void WriteEnd(Utf8JsonWriter json, ProbeEvent item)
    {
        json.WriteStartObject("args");
        FieldJson.WriteProperties(json, item);
        if (item.Failed || item.Cancelled || item.Stopped)
        {
            json.WriteString("(outcome)", item.Cancelled ? "cancelled" : item.Failed ? "failed" : "stopped");
        }

        if (item.Probe != item.Site)
        {
            json.WriteString("(probe)", item.Probe);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteMetadata(Utf8JsonWriter json, string name, int threadId, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", _processId);
        json.WriteNumber("tid", threadId);
        json.WriteStartObject("args");
        json.WriteString("name", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // A decimal keeps all nanoseconds.
    private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;
}
