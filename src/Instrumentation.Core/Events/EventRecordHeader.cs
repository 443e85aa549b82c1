using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>Marks of an event record.</summary>
[Flags]
internal enum EventFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The call was suspended and ended later, maybe on another thread: an asynchronous call, or an enumeration.</summary>
    Suspended = 1,

    /// <summary>The call ended by an exception.</summary>
    Failed = 2,

    /// <summary>The call's task was cancelled.</summary>
    Cancelled = 4,

    /// <summary>A string was longer than the limit and was cut.</summary>
    Truncated = 8,

    /// <summary>The enumeration was disposed before its end.</summary>
    Stopped = 16,

    /// <summary>A program in the kernel wrote the record: the call's number is the process id, and the processor in the upper half.</summary>
    Kernel = 32,

    /// <summary>A <see cref="Spans.RecordExtension"/> follows the header, before the captured fields.</summary>
    Extended = 64,
}

/// <summary>
/// The fixed part of every event record, managed or kernel; the captured fields follow it in schema order. A record is 8-aligned and
/// <see cref="Length"/> is a multiple of 8. A negative length marks unused room at the end of a ring: skip its magnitude.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EventRecordHeader
{
    /// <summary>The size of this struct in bytes.</summary>
    public const int Size = 56;

    /// <summary>Bytes of the whole record, header included.</summary>
    public int Length;

    /// <summary>The probe's number, never used again in this process.</summary>
    public int ProbeId;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC when the point was reached; for calls, when they ended.</summary>
    public long Timestamp;

    /// <summary>Nanoseconds from the call's start to its end; 0 at points without a duration.</summary>
    public long Duration;

    /// <summary>The operating system's id of the thread that wrote the record.</summary>
    public int ThreadId;

    /// <summary>The number of the <see cref="ProbeSite"/>.</summary>
    public int Site;

    /// <summary>The moment: one bit of it.</summary>
    public ProbeEdge Edge;

    /// <summary>Marks.</summary>
    public EventFlags Flags;

    /// <summary>Which of the probe's captures the fields are of: a place in its <see cref="CaptureVersions"/>.</summary>
    public ushort Version;

    /// <summary>Bit i is set when captured field i faulted and holds its default.</summary>
    public uint Faults;

    /// <summary>For a span, its number; for another suspended call, a number that is unique to it. For a record of the kernel: see <see cref="EventFlags.Kernel"/>. Otherwise 0.</summary>
    public long CallId;

    /// <summary>The span that the thread was working for; for the record of a span, the span around it. 0 for none.</summary>
    public long Span;
}
