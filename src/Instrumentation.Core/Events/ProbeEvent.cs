using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation;

/// <summary>One event of a probe. It keeps the record as it was written; values are decoded when they are asked for.</summary>
public sealed class ProbeEvent
{
    private readonly ProbeRuntime? _probe;
    private readonly EventRecordHeader _header;
    private readonly byte[] _rest;
    private readonly int _extension;

    /// <summary>Copies a record.</summary>
    /// <param name="probe">The probe that wrote it; null when it is not known any more.</param>
    /// <param name="record">The whole record, header first.</param>
    internal ProbeEvent(ProbeRuntime? probe, ReadOnlySpan<byte> record)
    {
        _probe = probe;
        _header = Unsafe.ReadUnaligned<EventRecordHeader>(in record[0]);
        _rest = record.Length > EventRecordHeader.Size ? record[EventRecordHeader.Size..].ToArray() : [];
        _extension = (_header.Flags & EventFlags.Extended) != 0 ? RecordExtension.BytesIn(_rest) : 0;
    }

    /// <summary>The name of the probe: its label, or its point in words.</summary>
    public string Probe => _probe?.Name ?? $"(probe {_header.ProbeId})";

    /// <summary>The number of the probe, <see cref="ProbeHandle.Id"/>: it tells probes of one name apart.</summary>
    public int ProbeId => _header.ProbeId;

    /// <summary>The place that was hit: for a probe on many methods, which. For example <c>Shop.Orders::Place</c>.</summary>
    public string Site => ProbeSite.Find(_header.Site)?.Name ?? Probe;

    /// <summary>The moment that is reported: one bit of it.</summary>
    public ProbeEdge Edge => _header.Edge;

    /// <summary>When the point was reached; for calls, when they ended. Nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Timestamp => _header.Timestamp;

    /// <summary>When the call began; equals <see cref="Timestamp"/> at points without a duration. Nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Start => _header.Timestamp - _header.Duration;

    /// <summary>How long the call took, in steps of 100 ns; zero at points without a duration. <see cref="Timestamp"/> less <see cref="Start"/> is exact.</summary>
    public TimeSpan Duration => FieldDecoder.Duration(_header.Duration);

    /// <summary>The operating system's id of the thread that reached the point; for an asynchronous call, of the thread that ended it.</summary>
    public int ThreadId => _header.ThreadId;

    /// <summary>The operating system's id of the process that reached the point.</summary>
    public int ProcessId => IsKernel ? (int)_header.CallId : Environment.ProcessId;

    /// <summary>The processor on which the point was reached; -1 where that is not recorded, which only kernel points do.</summary>
    public int Processor => IsKernel ? (int)(_header.CallId >> 32) : -1;

    /// <summary>True when the call ended by an exception.</summary>
    public bool Failed => (_header.Flags & EventFlags.Failed) != 0;

    /// <summary>True when the call's task was cancelled.</summary>
    public bool Cancelled => (_header.Flags & EventFlags.Cancelled) != 0;

    /// <summary>True when the call was suspended and ended later, maybe on another thread: an asynchronous call that had to wait, an enumeration that yielded.</summary>
    public bool Suspended => (_header.Flags & EventFlags.Suspended) != 0;

    /// <summary>True when the call is an enumeration that was disposed before its end, as by <c>break</c> in a <c>foreach</c>.</summary>
    public bool Stopped => (_header.Flags & EventFlags.Stopped) != 0;

    /// <summary>True when a captured string was longer than the session's limit and was cut.</summary>
    public bool Truncated => (_header.Flags & EventFlags.Truncated) != 0;

    /// <summary>For a span its number, for another suspended call a number that is unique to it; otherwise 0.</summary>
    public long CallId => IsKernel ? 0 : _header.CallId;

    /// <summary>For the event of a span (<see cref="ProbeSpec.AsSpan"/>) its number, which the events that happened inside of it have as their <see cref="Span"/>; otherwise 0.</summary>
    public long SpanId => Spans.SpanId.SiteOf(CallId) != 0 ? CallId : 0;

    /// <summary>The innermost span that the thread was working for when the event happened; for the event of a span, the span around it.</summary>
    public SpanReference Span => new(_header.Span);

    /// <summary>The activity that the thread was working for; null when there was none, or the event is not of the kernel or a span, which alone record it.</summary>
    public ActivityContext? Activity => RecordExtension.ActivityIn(_rest.AsSpan(0, _extension));

    /// <summary>What the kernel did for the span while it was open; null when the event is of no span, or nobody accounted (<see cref="InstrumentationSession.AccountAsync"/>) all the time.</summary>
    public SpanTotals? Totals => RecordExtension.TotalsIn(_rest.AsSpan(0, _extension));

    /// <summary>The captured values.</summary>
    public ProbeFields Fields => new(this);

    /// <summary>The names of the fields whose evaluation faulted (null on the way, a wrong type, a division by zero) and that hold their type's default.</summary>
    public IReadOnlyList<string> Faults => _header.Faults == 0
        ? []
        : [.. Schema.Fields.Where((_, index) => (_header.Faults >> index & 1) != 0).Select(static captured => captured.Name)];

    /// <summary>Whether a program in the kernel wrote the record.</summary>
    internal bool IsKernel => (_header.Flags & EventFlags.Kernel) != 0;

    private ReadOnlySpan<byte> Captured => _rest.AsSpan(_extension);

    /// <summary>The captured fields that the record holds.</summary>
    internal EventSchema Schema => _probe?.Captures.SchemaOf(_header.Version) ?? EventSchema.Empty;

    /// <summary>Which of the probe's captures the record is of.</summary>
    internal int Version => _header.Version;

    /// <summary>The probe's group of places, for categories in files.</summary>
    internal string Group => ProbeSite.Find(_header.Site)?.Group ?? "probe";

    /// <summary>Whether a probe wrote it.</summary>
    /// <param name="runtime">The probe.</param>
    /// <returns>True when it did.</returns>
    internal bool IsOf(ProbeRuntime runtime) => _probe == runtime;

    /// <summary>A captured value by position, decoded.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <returns>The value, boxed.</returns>
    internal object? Value(int index) => FieldDecoder.Value(Schema.Fields[index], Captured, FieldDecoder.Offset(Captured, Schema, index));

    /// <summary>The eight bytes of a captured value that is no string.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <returns>The bits.</returns>
    internal long Bits(int index) => FieldDecoder.Bits(Captured, FieldDecoder.Offset(Captured, Schema, index));

    /// <summary>A captured string.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <returns>The text, or null.</returns>
    internal string? Text(int index) => FieldDecoder.Text(Captured, FieldDecoder.Offset(Captured, Schema, index));

    /// <summary>One line: seconds, thread, probe, place, moment, duration, outcome and fields.</summary>
    /// <returns>The line.</returns>
    public override string ToString()
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{Timestamp / 1_000_000_000}.{Timestamp / 1000 % 1_000_000:D6} [{ThreadId}] {Site} {Edge}");
        if (Probe != Site)
        {
            line.Append(" (").Append(Probe).Append(')');
        }

        if (_header.Duration != 0)
        {
            line.Append(' ').Append(DurationText.Of(_header.Duration));
        }

        line.Append(Failed ? " failed" : "").Append(Cancelled ? " cancelled" : "").Append(Suspended ? " suspended" : "").Append(Stopped ? " stopped" : "");
        if (!Span.IsNone)
        {
            line.Append(" in ").Append(Span);
        }

        for (int i = 0; i < Schema.Fields.Count; i++)
        {
            line.Append(' ').Append(Schema.Fields[i].Name).Append('=').Append(FieldText(i));
        }

        return line.ToString();
    }

    private string FieldText(int index) => Value(index) switch
    {
        null => "null",
        string text => $"\"{text.ReplaceLineEndings("\\n")}\"",
        TimeSpan => DurationText.Of(Bits(index)),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        object value => value.ToString() ?? "",
    };
}
