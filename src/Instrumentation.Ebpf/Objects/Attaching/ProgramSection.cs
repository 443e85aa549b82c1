using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>How a program is attached, as the name of its section says.</summary>
internal enum AttachWay
{
    /// <summary>It is not attached by this library, only run for a test.</summary>
    None,

    /// <summary>A tracepoint: category/name.</summary>
    Tracepoint,

    /// <summary>A raw tracepoint.</summary>
    RawTracepoint,

    /// <summary>What BTF describes: tp_btf, fentry, fexit.</summary>
    Typed,

    /// <summary>A kernel function.</summary>
    Kprobe,

    /// <summary>Kernel functions, in one link.</summary>
    KprobeMulti,

    /// <summary>A function of a file: path:function.</summary>
    Uprobe,

    /// <summary>Functions of a file, in one link.</summary>
    UprobeMulti,

    /// <summary>A perf event.</summary>
    PerfEvent,
}

/// <summary>What the name of a program's section says.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Type">The program's type.</param>
/// <param name="AttachType">The way of attaching that it is verified for.</param>
/// <param name="Way">How it is attached.</param>
/// <param name="Target">What it is attached to: the part behind the first slash; empty if the name does not say.</param>
/// <param name="AtReturn">Whether it runs at functions' returns.</param>
/// <param name="IsSleepable">Whether it may sleep.</param>
/// <param name="IsOptional">Whether it is loaded only if it is asked for: the name begins with a question mark.</param>
internal sealed record ProgramSection(string Name, ProgramType Type, AttachType AttachType, AttachWay Way, string Target, bool AtReturn, bool IsSleepable, bool IsOptional)
{
    /// <summary>The names that are known, for messages.</summary>
    public const string Known = "tracepoint/, tp/, raw_tracepoint/, raw_tp/, tp_btf/, fentry/, fexit/, kprobe/, kretprobe/, kprobe.multi/, kretprobe.multi/, uprobe/, uretprobe/, uprobe.multi/, uretprobe.multi/, perf_event, syscall, socket, tc";

    /// <summary>Whether a program of this section is attached to something that BTF describes.</summary>
    public bool IsTyped => Way == AttachWay.Typed;

    /// <summary>Reads the name of a section.</summary>
    /// <param name="path">The object, for errors.</param>
    /// <param name="name">The name.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="BpfObjectException">It is none that is known.</exception>
    public static ProgramSection Parse(string path, string name)
    {
        bool isOptional = name.StartsWith('?');
        string text = isOptional ? name[1..] : name;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string kind = slash < 0 ? text : text[..slash];
        string target = slash < 0 ? string.Empty : text[(slash + 1)..];
        return kind switch
        {
            "tracepoint" or "tp" => Make(ProgramType.Tracepoint, AttachWay.Tracepoint),
            "raw_tracepoint" or "raw_tp" => Make(ProgramType.RawTracepoint, AttachWay.RawTracepoint),
            "tp_btf" => Make(ProgramType.Tracing, AttachWay.Typed, AttachType.TraceRawTracepoint),
            "fentry" or "fentry.s" => Make(ProgramType.Tracing, AttachWay.Typed, AttachType.TraceFunctionEntry),
            "fexit" or "fexit.s" => Make(ProgramType.Tracing, AttachWay.Typed, AttachType.TraceFunctionExit, atReturn: true),
            "kprobe" => Make(ProgramType.Kprobe, AttachWay.Kprobe),
            "kretprobe" => Make(ProgramType.Kprobe, AttachWay.Kprobe, atReturn: true),
            "kprobe.multi" => Make(ProgramType.Kprobe, AttachWay.KprobeMulti, AttachType.TraceKprobeMulti),
            "kretprobe.multi" => Make(ProgramType.Kprobe, AttachWay.KprobeMulti, AttachType.TraceKprobeMulti, atReturn: true),
            "uprobe" or "uprobe.s" => Make(ProgramType.Kprobe, AttachWay.Uprobe),
            "uretprobe" or "uretprobe.s" => Make(ProgramType.Kprobe, AttachWay.Uprobe, atReturn: true),
            "uprobe.multi" or "uprobe.multi.s" => Make(ProgramType.Kprobe, AttachWay.UprobeMulti, AttachType.TraceUprobeMulti),
            "uretprobe.multi" or "uretprobe.multi.s" => Make(ProgramType.Kprobe, AttachWay.UprobeMulti, AttachType.TraceUprobeMulti, atReturn: true),
            "perf_event" => Make(ProgramType.PerfEvent, AttachWay.PerfEvent),
            "syscall" => Make(ProgramType.SystemCall, AttachWay.None, sleepable: true),
            "socket" => Make(ProgramType.SocketFilter, AttachWay.None),
            "tc" or "classifier" => Make(ProgramType.SchedulerClassifier, AttachWay.None),
            _ => throw new BpfObjectException(path, $"section {name}", "its name does not say a kind of program that is known.", $"Known are {Known}."),
        };

        ProgramSection Make(ProgramType type, AttachWay way, AttachType attach = AttachType.None, bool atReturn = false, bool sleepable = false) =>
            new(name, type, attach, way, target, atReturn, sleepable || kind.EndsWith(".s", StringComparison.Ordinal), isOptional);
    }
}
