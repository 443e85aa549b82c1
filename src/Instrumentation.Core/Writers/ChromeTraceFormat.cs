using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Instrumentation.Writers;

/// <summary>The object form of Chrome's Trace Event Format.</summary>
/// <param name="further">Gives what is drawn besides the events, when they have ended.</param>
internal sealed class ChromeTraceFormat(Func<IEnumerable<ReportSpan>> further) : IEventFormat
{
    private readonly Dictionary<int, CallNesting> _threads = [];
    private readonly int _processId = Environment.ProcessId;
    private readonly AsyncNesting _asyncCalls = new();

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

        if (item.Suspended || item.SpanId != 0)
        {
            WriteAsyncCalls(json, _asyncCalls.Add(item));
        }

        if (item.Suspended)
        {
            return;
        }

        if (item.Edge == ProbeEdge.Call)
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

        WriteAsyncCalls(json, _asyncCalls.TakeKept());
        WriteFurther(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter json, NestedCall call)
    {
        WriteStart(json, call.Event, "X", call.Start);
        json.WriteNumber("dur", Microseconds(call.Event.Timestamp - call.Start));
        WriteEnd(json, call.Event);
    }

    private void WriteAsyncCalls(Utf8JsonWriter json, IReadOnlyList<AsyncCall> calls)
    {
        foreach ((ProbeEvent item, long track) in calls)
        {
            string id = Id(track);
            WriteStart(json, item, "b", item.Start);
            json.WriteString("id", id);
            WriteEnd(json, item);
            WriteStart(json, item, "e", item.Timestamp);
            json.WriteString("id", id);
            json.WriteEndObject();
        }
    }

    // Each name has a track of its own; no thread has its number.
    private void WriteFurther(Utf8JsonWriter json)
    {
        int track = int.MaxValue;
        foreach (IGrouping<string, ReportSpan> group in further().GroupBy(static span => span.Name))
        {
            WriteMetadata(json, "thread_name", --track, group.Key);
            foreach (ReportSpan span in group)
            {
                json.WriteStartObject();
                json.WriteString("name", span.Name);
                json.WriteString("cat", "further");
                json.WriteString("ph", "X");
                json.WriteNumber("ts", Microseconds(span.Start));
                json.WriteNumber("dur", Microseconds(span.Nanoseconds));
                json.WriteNumber("pid", _processId);
                json.WriteNumber("tid", track);
                json.WriteStartObject("args");
                foreach ((string name, string value) in span.Facts)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
    }

    private void WriteStart(Utf8JsonWriter json, ProbeEvent item, string phase, long nanoseconds)
    {
        json.WriteStartObject();
        json.WriteString("name", item.Edge == ProbeEdge.Call ? item.Site : $"{item.Site} {item.Edge}");

        // What lies on one asynchronous track has to have one category, too.
        json.WriteString("cat", phase is "b" or "e" && item.SpanId != 0 ? "span" : item.Group);
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

        if (item.SpanId != 0)
        {
            json.WriteString("(id)", Id(item.SpanId));
        }

        if (!item.Span.IsNone)
        {
            json.WriteString("(in)", item.Span.Name ?? "(unknown)");
            json.WriteString("(in id)", Id(item.Span.Id));
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

    private static string Id(long number) => string.Create(CultureInfo.InvariantCulture, $"0x{number:x}");

    // A decimal keeps all nanoseconds.
    private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;
}
