using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>
/// One probe's counters on one thread, in native memory; the cells of its aggregation follow directly. Only the owning thread writes;
/// anyone may read, each field on its own.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProbeBlock
{
    /// <summary>Times that the hook ran.</summary>
    public long Hits;

    /// <summary>Hits that the condition and the limits let through.</summary>
    public long Passed;

    /// <summary>Records written.</summary>
    public long Emitted;

    /// <summary>Records for which the ring had no room.</summary>
    public long Lost;

    /// <summary>Faulted evaluations.</summary>
    public long Faults;

    /// <summary>The probe's number, as records carry it.</summary>
    public int ProbeId;

    /// <summary>Bytes of the aggregation cells that follow.</summary>
    public int DataBytes;

    /// <summary>Hits that the condition let through and a limit turned away.</summary>
    public long Suppressed;

    /// <summary>Hits that the thread skips before it reports the next: the state of sampling.</summary>
    public long ToSkip;

    /// <summary>The part of <see cref="Lost"/> that belongs to threads which have ended and had this state before.</summary>
    public long LostByEarlierThreads;
}
