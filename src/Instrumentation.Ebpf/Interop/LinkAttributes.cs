using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>union bpf_attr of BPF_LINK_CREATE; what lies from byte 16 on depends on the attach type.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct LinkCreateAttributes
{
    /// <summary>The program.</summary>
    [FieldOffset(0)]
    public int Program;

    /// <summary>What it is attached to, where that is a descriptor.</summary>
    [FieldOffset(4)]
    public int Target;

    /// <summary>How it is attached.</summary>
    [FieldOffset(8)]
    public uint AttachType;

    /// <summary>Flags.</summary>
    [FieldOffset(12)]
    public uint Flags;

    /// <summary>BPF_PERF_EVENT: the cookie.</summary>
    [FieldOffset(16)]
    public ulong PerfEventCookie;

    /// <summary>Tracing: the BTF id of the target, where the program does not have it; 0 otherwise.</summary>
    [FieldOffset(16)]
    public uint TracingTargetId;

    /// <summary>Tracing: the cookie.</summary>
    [FieldOffset(24)]
    public ulong TracingCookie;

    /// <summary>BPF_TRACE_KPROBE_MULTI: 1 for returns.</summary>
    [FieldOffset(16)]
    public uint KprobeFlags;

    /// <summary>BPF_TRACE_KPROBE_MULTI: how many.</summary>
    [FieldOffset(20)]
    public uint KprobeCount;

    /// <summary>BPF_TRACE_KPROBE_MULTI: address of the names' addresses.</summary>
    [FieldOffset(24)]
    public ulong KprobeSymbols;

    /// <summary>BPF_TRACE_KPROBE_MULTI: address of the functions' addresses.</summary>
    [FieldOffset(32)]
    public ulong KprobeAddresses;

    /// <summary>BPF_TRACE_KPROBE_MULTI: address of the cookies.</summary>
    [FieldOffset(40)]
    public ulong KprobeCookies;

    /// <summary>BPF_TRACE_UPROBE_MULTI: address of the file's path.</summary>
    [FieldOffset(16)]
    public ulong UprobePath;

    /// <summary>BPF_TRACE_UPROBE_MULTI: address of the file offsets.</summary>
    [FieldOffset(24)]
    public ulong UprobeOffsets;

    /// <summary>BPF_TRACE_UPROBE_MULTI: address of the semaphores' file offsets.</summary>
    [FieldOffset(32)]
    public ulong UprobeSemaphores;

    /// <summary>BPF_TRACE_UPROBE_MULTI: address of the cookies.</summary>
    [FieldOffset(40)]
    public ulong UprobeCookies;

    /// <summary>BPF_TRACE_UPROBE_MULTI: how many.</summary>
    [FieldOffset(48)]
    public uint UprobeCount;

    /// <summary>BPF_TRACE_UPROBE_MULTI: 1 for returns.</summary>
    [FieldOffset(52)]
    public uint UprobeFlags;

    /// <summary>BPF_TRACE_UPROBE_MULTI: the process; 0 for all.</summary>
    [FieldOffset(56)]
    public int UprobeProcess;
}

/// <summary>union bpf_attr of BPF_RAW_TRACEPOINT_OPEN.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct RawTracepointAttributes
{
    /// <summary>Address of the tracepoint's name; 0 where the program has a BTF id.</summary>
    [FieldOffset(0)]
    public ulong Name;

    /// <summary>The program.</summary>
    [FieldOffset(8)]
    public int Program;

    /// <summary>The cookie, on kernels since 6.10.</summary>
    [FieldOffset(16)]
    public ulong Cookie;
}
