using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>struct perf_event_attr, version 5 of it, which kernels since 4.1 know.</summary>
[StructLayout(LayoutKind.Explicit, Size = KnownSize)]
internal struct PerfEventAttributes
{
    /// <summary>The struct's bytes.</summary>
    public const int KnownSize = 112;

    /// <summary>The event's type: a perf PMU's number.</summary>
    [FieldOffset(0)]
    public uint Type;

    /// <summary>The struct's bytes, for the kernel.</summary>
    [FieldOffset(4)]
    public uint Size;

    /// <summary>What the type makes of it: a tracepoint's id, a clock, uprobe flags.</summary>
    [FieldOffset(8)]
    public ulong Config;

    /// <summary>The period in events, or with <see cref="PerfEventFlags.Frequency"/> in samples a second.</summary>
    [FieldOffset(16)]
    public ulong SamplePeriod;

    /// <summary>What a sample holds, for readers of perf's own ring.</summary>
    [FieldOffset(24)]
    public ulong SampleType;

    /// <summary>The bit field.</summary>
    [FieldOffset(40)]
    public PerfEventFlags Flags;

    /// <summary>How many events wake a reader.</summary>
    [FieldOffset(48)]
    public uint WakeupEvents;

    /// <summary>Breakpoints: which access.</summary>
    [FieldOffset(52)]
    public uint BreakpointType;

    /// <summary>Address of a path or function name; a breakpoint's address.</summary>
    [FieldOffset(56)]
    public ulong Config1;

    /// <summary>An offset; a breakpoint's length.</summary>
    [FieldOffset(64)]
    public ulong Config2;
}

/// <summary>The bit field of struct perf_event_attr.</summary>
[Flags]
internal enum PerfEventFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It starts disabled.</summary>
    Disabled = 1 << 0,

    /// <summary>Threads that are created later count too.</summary>
    Inherit = 1 << 1,

    /// <summary>Not what happens in user space.</summary>
    ExcludeUser = 1 << 4,

    /// <summary>Not what happens in the kernel.</summary>
    ExcludeKernel = 1 << 5,

    /// <summary>Not what happens in a hypervisor.</summary>
    ExcludeHypervisor = 1 << 6,

    /// <summary>Not the idle task.</summary>
    ExcludeIdle = 1 << 7,

    /// <summary>The period is a frequency.</summary>
    Frequency = 1 << 10,
}
