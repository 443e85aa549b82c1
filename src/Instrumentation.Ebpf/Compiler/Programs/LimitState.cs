using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>What a probe's limits remember, for all processors together. Programs change it by atomics; the limits themselves are constants of the program.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LimitState
{
    /// <summary>Hits that the hit limit has let through.</summary>
    public long Admitted;

    /// <summary>When the next hit is due by the rate, in nanoseconds of CLOCK_MONOTONIC.</summary>
    public long NextTime;
}
