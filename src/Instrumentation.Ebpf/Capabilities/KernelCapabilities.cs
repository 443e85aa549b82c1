using System.Collections.Frozen;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>
/// What this kernel, this process's rights and its container allow. Most is found out by trying: a program, map or link is made and given up. Answers
/// that are conclusive are kept for the life of the process.
/// </summary>
internal static class KernelCapabilities
{
    private const string NewerKernel = "Use a newer kernel.";
    private const string Rights = "Run with it (setcap, a systemd unit's AmbientCapabilities, docker's --cap-add), or as root.";

    private static readonly CapabilityQuestion[] Questions =
    [
        new(CapabilityNames.SystemCall, "Linux 5.8 with CONFIG_BPF_SYSCALL and the rights to call bpf(2)", "Run with CAP_BPF and CAP_PERFMON (or as root); in a container, let its seccomp profile pass bpf(2).", static () => Trials.Map(MapType.Array, 4, 4, 1)),
        new(CapabilityNames.RightBpf, "CAP_BPF or CAP_SYS_ADMIN", Rights, static () => Either(LinuxRight.Bpf)),
        new(CapabilityNames.RightPerfmon, "CAP_PERFMON or CAP_SYS_ADMIN", Rights, static () => Either(LinuxRight.PerformanceMonitoring)),
        new(CapabilityNames.RightAdministration, "CAP_SYS_ADMIN", Rights + " Only uprobes by perf events and looking at the objects of other processes need it.", static () => Surroundings.Right(LinuxRight.SystemAdministration)),
        new(CapabilityNames.UnprivilegedBpf, "kernel.unprivileged_bpf_disabled = 0", "Nothing needs it here: programs that trace need CAP_BPF and CAP_PERFMON anyway.", static () => Surroundings.AtMost("/proc/sys/kernel/unprivileged_bpf_disabled", 0)),
        new(CapabilityNames.UnprivilegedPerf, "kernel.perf_event_paranoid <= 1", "With CAP_PERFMON it does not matter; without: sysctl kernel.perf_event_paranoid=1.", static () => Surroundings.AtMost("/proc/sys/kernel/perf_event_paranoid", 1)),
        new(CapabilityNames.NotLockedDown, "a kernel that is not locked down for confidentiality", "Boot with lockdown=integrity or none: a kernel that is locked down for confidentiality lets programs read no kernel memory.", Surroundings.NotLockedDown),
        new(CapabilityNames.NoSeccomp, "no seccomp filter", "Calls may be refused with EPERM: let the container's profile pass bpf(2) and perf_event_open(2).", Surroundings.NoSeccomp),
        new(CapabilityNames.Tracing, "tracefs, mounted and readable", "mount -t tracefs tracefs /sys/kernel/tracing, or use raw tracepoints.", Surroundings.Tracing),
        new(CapabilityNames.Btf, "a kernel with CONFIG_DEBUG_INFO_BTF", "Use a kernel that has /sys/kernel/btf/vmlinux: without it kernel structures cannot be read by name.", static () => Finding.Of(KernelBtf.IsAvailable)),
        new(CapabilityNames.InstructionsV3, "Linux 5.12", NewerKernel, static () => Trials.Instructions(InstructionSet.V3, TryV3)),
        new(CapabilityNames.InstructionsV4, "Linux 6.6", NewerKernel, static () => Trials.Instructions(InstructionSet.V4, static code => code.MoveSigned(Register.R0, Register.R0, 8))),
        new(CapabilityNames.ProgramTracepoint, "Linux 4.7", NewerKernel, static () => Trials.Program(ProgramType.Tracepoint)),
        new(CapabilityNames.ProgramRawTracepoint, "Linux 4.17", NewerKernel, static () => Trials.Program(ProgramType.RawTracepoint)),
        new(CapabilityNames.ProgramTypedTracepoint, "Linux 5.5 with BTF", NewerKernel, static () => Trials.TypedProgram(AttachType.TraceRawTracepoint, "btf_trace_sched_switch", BtfKind.Typedef)),
        new(CapabilityNames.ProgramKprobe, "Linux 4.1 with CONFIG_KPROBE_EVENTS or CONFIG_UPROBE_EVENTS", NewerKernel, static () => Trials.Program(ProgramType.Kprobe)),
        new(CapabilityNames.ProgramPerfEvent, "Linux 4.9 with CONFIG_PERF_EVENTS", NewerKernel, static () => Trials.Program(ProgramType.PerfEvent)),
        new(CapabilityNames.ProgramFunction, "Linux 5.5 with BTF, CONFIG_FUNCTION_TRACER and CONFIG_DYNAMIC_FTRACE", "Use a kernel with these, or tracepoints.", static () => Trials.TypedProgram(AttachType.TraceFunctionEntry, "vfs_read", BtfKind.Function)),
        new(CapabilityNames.UprobeMulti, "Linux 6.6", "Use a newer kernel; until then probes on functions of libraries need CAP_SYS_ADMIN and are attached one by one.", Trials.UprobeMulti),
        new(CapabilityNames.KprobeMulti, "Linux 5.18 with CONFIG_FPROBE", "Use a kernel with it; until then probes on kernel functions are attached one by one.", Trials.KprobeMulti),
        new(CapabilityNames.UprobeUnit, "Linux 4.17 with CONFIG_UPROBE_EVENTS", "Use a kernel with it.", static () => Finding.Of(PerfUnits.TypeOf("uprobe") is not null)),
        new(CapabilityNames.KprobeUnit, "Linux 4.17 with CONFIG_KPROBE_EVENTS", "Use a kernel with it, or tracepoints.", static () => Finding.Of(PerfUnits.TypeOf("kprobe") is not null)),
        new(CapabilityNames.MapHash, "Linux 4.6", NewerKernel, static () => All(MapType.Hash, MapType.PerCpuHash)),
        new(CapabilityNames.MapLru, "Linux 4.10", NewerKernel, static () => All(MapType.LruHash, MapType.LruPerCpuHash)),
        new(CapabilityNames.MapMapped, "Linux 5.5", NewerKernel, static () => Trials.Map(MapType.Array, 4, 8, 1, MapFlags.Mappable)),
        new(CapabilityNames.MapStackTrace, "Linux 4.6 with CONFIG_PERF_EVENTS", NewerKernel, static () => Trials.Map(MapType.StackTrace, 4, 8, 1)),
        new(CapabilityNames.MapRingBuffer, "Linux 5.8", NewerKernel, static () => Trials.Map(MapType.RingBuffer, 0, 0, Environment.SystemPageSize)),
        new(CapabilityNames.MapUserRingBuffer, "Linux 6.1", NewerKernel, static () => Trials.Map(MapType.UserRingBuffer, 0, 0, Environment.SystemPageSize)),
        new(CapabilityNames.MapTaskStorage, "Linux 5.11 with BTF", NewerKernel, TaskStorageTrial.Ask),
    ];

    private static readonly FrozenDictionary<string, CapabilityQuestion> ByName = Questions.ToFrozenDictionary(static question => question.Name);

    /// <summary>All capabilities, in the order in which they build on each other.</summary>
    /// <returns>The answers.</returns>
    public static IReadOnlyList<Capability> All() => [.. Questions.Select(static question => question.Answer())];

    /// <summary>One capability.</summary>
    /// <param name="name">One of <see cref="CapabilityNames"/>.</param>
    /// <returns>The answer.</returns>
    public static Capability Of(string name) => ByName[name].Answer();

    /// <summary>Whether a capability is there for certain.</summary>
    /// <param name="name">One of <see cref="CapabilityNames"/>.</param>
    /// <returns>True for yes.</returns>
    public static bool Has(string name) => Of(name).Answer == CapabilityAnswer.Yes;

    /// <summary>The largest instruction set that this kernel knows for certain.</summary>
    /// <returns>The set.</returns>
    public static InstructionSet Instructions() =>
        Has(CapabilityNames.InstructionsV4) ? InstructionSet.V4 : Has(CapabilityNames.InstructionsV3) ? InstructionSet.V3 : InstructionSet.V2;

    private static Finding Either(LinuxRight right) =>
        Surroundings.Right(right) is { Answer: CapabilityAnswer.Yes } yes ? yes : Surroundings.Right(LinuxRight.SystemAdministration);

    private static Finding All(params ReadOnlySpan<MapType> types)
    {
        foreach (MapType type in types)
        {
            Finding finding = Trials.Map(type, 4, 4, 1);
            if (finding.Answer != CapabilityAnswer.Yes)
            {
                return finding;
            }
        }

        return Finding.Yes;
    }

    private static void TryV3(BpfAssembler code)
    {
        Label end = code.NewLabel();
        code.Store(Register.R10, -8, Register.R0);
        code.JumpIf(JumpCondition.NotEqual, Register.R0, 0, end, OperandWidth.Bits32);
        code.Atomic(AtomicOperation.FetchAdd, Register.R10, -8, Register.R0);
        code.Mark(end);
        code.Move(Register.R0, 0);
    }
}
