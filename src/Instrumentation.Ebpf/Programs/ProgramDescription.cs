using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Programs;

/// <summary>Which type of the program's BTF a function has: struct bpf_func_info.</summary>
/// <param name="Slot">The function's first slot.</param>
/// <param name="TypeId">Its FUNC type in the program's BTF.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FunctionInfo(uint Slot, uint TypeId);

/// <summary>Which source line an instruction is of: struct bpf_line_info.</summary>
/// <param name="Slot">The first slot of the line.</param>
/// <param name="FileName">The file's name, an offset into the strings of the program's BTF.</param>
/// <param name="Line">The line's text, likewise.</param>
/// <param name="LineAndColumn">The line's number times 1024, plus the column.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct LineInfo(uint Slot, uint FileName, uint Line, uint LineAndColumn);

/// <summary>A program to be loaded.</summary>
/// <param name="Type">What it may do.</param>
/// <param name="Code">Its code.</param>
internal sealed record ProgramDescription(ProgramType Type, BpfCode Code)
{
    /// <summary>What the kernel lists it as: 15 characters.</summary>
    public string Name { get; init; } = "probe";

    /// <summary>The way of attaching that it is verified for.</summary>
    public AttachType ExpectedAttachType { get; init; }

    /// <summary>What it is attached to, a type in the kernel's BTF or in that of <see cref="AttachBtfObject"/>.</summary>
    public uint AttachBtfId { get; init; }

    /// <summary>The BTF of the module that holds the target, or a program that is the target; null for the kernel.</summary>
    public DescriptorHandle? AttachBtfObject { get; init; }

    /// <summary>The program's own BTF, which callbacks, timers and typed maps need.</summary>
    public BtfHandle? Btf { get; init; }

    /// <summary>The types of its functions in <see cref="Btf"/>.</summary>
    public ImmutableArray<FunctionInfo> Functions { get; init; } = [];

    /// <summary>Its source lines.</summary>
    public ImmutableArray<LineInfo> Lines { get; init; } = [];

    /// <summary>The BTF of the modules whose functions it calls: the first is index 1.</summary>
    public ImmutableArray<BtfHandle> Modules { get; init; } = [];

    /// <summary>Flags.</summary>
    public ProgramFlags Flags { get; init; }

    /// <summary>The licence. Most helpers of tracing programs are for GPL-compatible ones.</summary>
    public string License { get; init; } = "GPL";
}
