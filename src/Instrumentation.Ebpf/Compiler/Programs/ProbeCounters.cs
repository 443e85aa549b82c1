using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>A probe's counts on one processor, as its programs keep them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProbeCounters
{
    /// <summary>Times that the point was reached.</summary>
    public long Hits;

    /// <summary>Hits that the condition and the limits let through.</summary>
    public long Passed;

    /// <summary>Records written.</summary>
    public long Emitted;

    /// <summary>Records for which the ring had no room, calls whose beginning could not be kept, and hits that found all scratch memory of their processor taken.</summary>
    public long Lost;

    /// <summary>Faulted evaluations.</summary>
    public long Faults;

    /// <summary>Hits that a limit turned away.</summary>
    public long Suppressed;

    /// <summary>Hits that sampling has looked at.</summary>
    public long Sampled;
}
