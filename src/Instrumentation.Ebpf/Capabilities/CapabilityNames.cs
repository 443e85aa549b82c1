namespace Instrumentation.Ebpf.Capabilities;

/// <summary>The names of what <see cref="KernelCapabilities"/> knows.</summary>
internal static class CapabilityNames
{
    /// <summary>bpf(2) can be called, and maps be made.</summary>
    public const string SystemCall = "ebpf.syscall";

    /// <summary>The right to load programs.</summary>
    public const string RightBpf = "ebpf.right.bpf";

    /// <summary>The right to trace.</summary>
    public const string RightPerfmon = "ebpf.right.perfmon";

    /// <summary>The right to do everything else.</summary>
    public const string RightAdministration = "ebpf.right.sys-admin";

    /// <summary>Processes without rights may call bpf(2).</summary>
    public const string UnprivilegedBpf = "ebpf.policy.unprivileged-bpf";

    /// <summary>Processes without rights may open perf events.</summary>
    public const string UnprivilegedPerf = "ebpf.policy.unprivileged-perf";

    /// <summary>The kernel is not locked down for confidentiality.</summary>
    public const string NotLockedDown = "ebpf.policy.not-locked-down";

    /// <summary>No seccomp filter is in place.</summary>
    public const string NoSeccomp = "ebpf.policy.no-seccomp";

    /// <summary>tracefs is mounted and readable: tracepoints by name, with their fields.</summary>
    public const string Tracing = "ebpf.tracefs";

    /// <summary>The kernel describes its types.</summary>
    public const string Btf = "ebpf.btf";

    /// <summary>32-bit jumps and all atomics.</summary>
    public const string InstructionsV3 = "ebpf.isa.v3";

    /// <summary>Signed division, sign-extending moves and loads, far jumps.</summary>
    public const string InstructionsV4 = "ebpf.isa.v4";

    /// <summary>Programs at tracepoints.</summary>
    public const string ProgramTracepoint = "ebpf.program.tracepoint";

    /// <summary>Programs at raw tracepoints.</summary>
    public const string ProgramRawTracepoint = "ebpf.program.raw-tracepoint";

    /// <summary>Programs at tracepoints with arguments that BTF types (tp_btf).</summary>
    public const string ProgramTypedTracepoint = "ebpf.program.typed-tracepoint";

    /// <summary>Programs at functions of the kernel and of processes.</summary>
    public const string ProgramKprobe = "ebpf.program.kprobe";

    /// <summary>Programs at samples and watchpoints.</summary>
    public const string ProgramPerfEvent = "ebpf.program.perf-event";

    /// <summary>Programs at kernel functions with arguments that BTF types (fentry, fexit).</summary>
    public const string ProgramFunction = "ebpf.program.function";

    /// <summary>Many functions of a library in one call.</summary>
    public const string UprobeMulti = "ebpf.attach.uprobe-multi";

    /// <summary>Many kernel functions in one call.</summary>
    public const string KprobeMulti = "ebpf.attach.kprobe-multi";

    /// <summary>Functions of a library, one by one, through perf events.</summary>
    public const string UprobeUnit = "ebpf.attach.uprobe";

    /// <summary>Kernel functions, one by one, through perf events.</summary>
    public const string KprobeUnit = "ebpf.attach.kprobe";

    /// <summary>Hash tables, with a value a processor too.</summary>
    public const string MapHash = "ebpf.map.hash";

    /// <summary>Hash tables that forget.</summary>
    public const string MapLru = "ebpf.map.lru";

    /// <summary>Arrays that user space maps.</summary>
    public const string MapMapped = "ebpf.map.mapped";

    /// <summary>Stacks by id.</summary>
    public const string MapStackTrace = "ebpf.map.stack-trace";

    /// <summary>Ring buffers to user space.</summary>
    public const string MapRingBuffer = "ebpf.map.ring-buffer";

    /// <summary>Ring buffers from user space.</summary>
    public const string MapUserRingBuffer = "ebpf.map.user-ring-buffer";

    /// <summary>A value a thread.</summary>
    public const string MapTaskStorage = "ebpf.map.task-storage";
}
