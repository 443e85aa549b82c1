using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>Small programs, maps and links that are made and given up at once, to see whether the kernel takes them.</summary>
internal static unsafe class Trials
{
    private const int NotRegular = 9;
    private const int NoSuchProcess = 3;

    /// <summary>Loads a program that does nothing.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="attach">What it is verified for.</param>
    /// <param name="btfId">What it attaches to.</param>
    /// <returns>Whether the kernel takes it.</returns>
    public static Finding Program(ProgramType type, AttachType attach = AttachType.None, uint btfId = 0)
    {
        int answer = ProgramLoader.TryLoad(Nothing(type, attach, btfId));
        using ProgramHandle handle = new(answer);
        return Finding.OfTrial(answer);
    }

    /// <summary>Loads a program for a type of the kernel's BTF.</summary>
    /// <param name="attach">What it is verified for.</param>
    /// <param name="name">The type's name.</param>
    /// <param name="kind">Its kind.</param>
    /// <returns>Whether the kernel takes it; no where the kernel has no BTF or no such type.</returns>
    public static Finding TypedProgram(AttachType attach, string name, BtfKind kind)
    {
        if (!KernelBtf.IsAvailable)
        {
            return Finding.No;
        }

        try
        {
            return KernelBtf.Open().Find(name, kind) is { } type ? Program(ProgramType.Tracing, attach, type.Id) : Finding.No;
        }
        catch (InstrumentationException)
        {
            return Finding.Unknown;
        }
    }

    /// <summary>Loads a program with an instruction of an instruction set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="instruction">Emits it; R0 is set.</param>
    /// <returns>Whether the kernel takes it.</returns>
    public static Finding Instructions(InstructionSet set, Action<BpfAssembler> instruction)
    {
        BpfAssembler code = new(set);
        code.Move(Register.R0, 0);
        instruction(code);
        code.Exit();
        int answer = ProgramLoader.TryLoad(new ProgramDescription(ProgramType.SocketFilter, code.Build()) { Name = "trial" });
        using ProgramHandle handle = new(answer);
        return Finding.OfTrial(answer);
    }

    /// <summary>Creates a map.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="keySize">The key's bytes.</param>
    /// <param name="valueSize">The value's bytes.</param>
    /// <param name="capacity">The elements, or bytes.</param>
    /// <param name="flags">Flags.</param>
    /// <returns>Whether the kernel creates it.</returns>
    public static Finding Map(MapType type, int keySize, int valueSize, int capacity, MapFlags flags = MapFlags.None)
    {
        int answer = BpfMap.TryCreate(new MapDescription(type, keySize, valueSize, capacity) { Name = "trial", Flags = flags });
        using MapHandle handle = new(answer);
        return Finding.OfTrial(answer);
    }

    /// <summary>Asks for a uprobe_multi link to a directory: a kernel that has such links says that it is no file.</summary>
    /// <returns>Whether the kernel has them.</returns>
    public static Finding UprobeMulti()
    {
        ulong offset = 0;
        byte* path = stackalloc byte[2];
        path[0] = (byte)'/';
        path[1] = 0;

        // SAFETY: path and offset are of this frame.
        LinkCreateAttributes attributes = new() { AttachType = (uint)AttachType.TraceUprobeMulti, UprobePath = (ulong)path, UprobeOffsets = (ulong)&offset, UprobeCount = 1 };
        return Link(AttachType.TraceUprobeMulti, ref attributes, NotRegular);
    }

    /// <summary>Asks for a kprobe_multi link to a function that no kernel has: one that has such links looks for it.</summary>
    /// <returns>Whether the kernel has them.</returns>
    public static Finding KprobeMulti()
    {
        byte* name = stackalloc byte[4];
        name[0] = (byte)'.';
        name[1] = (byte)'.';
        name[2] = (byte)'.';
        name[3] = 0;

        // SAFETY: the name and its address are of this frame.
        LinkCreateAttributes attributes = new() { AttachType = (uint)AttachType.TraceKprobeMulti, KprobeSymbols = (ulong)&name, KprobeCount = 1 };
        return Link(AttachType.TraceKprobeMulti, ref attributes, NoSuchProcess);
    }

    private static Finding Link(AttachType attach, ref LinkCreateAttributes attributes, int expected)
    {
        int answer = ProgramLoader.TryLoad(Nothing(ProgramType.Kprobe, attach, 0));
        using ProgramHandle program = new(answer);
        if (answer < 0)
        {
            return Finding.OfTrial(answer);
        }

        attributes.Program = answer;
        int link = Bpf.Call(BpfCommand.LinkCreate, ref attributes);
        using LinkHandle handle = new(link);
        return link >= 0 || link == -expected || link == -KernelErrors.NoEntry ? Finding.Yes : Finding.OfTrial(link);
    }

    private static ProgramDescription Nothing(ProgramType type, AttachType attach, uint btfId)
    {
        BpfAssembler code = new(InstructionSet.V1);
        code.Move(Register.R0, 0);
        code.Exit();
        return new ProgramDescription(type, code.Build()) { Name = "trial", ExpectedAttachType = attach, AttachBtfId = btfId };
    }
}
