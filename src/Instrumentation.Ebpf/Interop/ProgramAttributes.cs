using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>union bpf_attr of BPF_PROG_LOAD.</summary>
[StructLayout(LayoutKind.Explicit, Size = 152)]
internal unsafe struct ProgramLoadAttributes
{
    /// <summary>The program's type.</summary>
    [FieldOffset(0)]
    public uint ProgramType;

    /// <summary>The instructions.</summary>
    [FieldOffset(4)]
    public uint InstructionCount;

    /// <summary>Their address.</summary>
    [FieldOffset(8)]
    public ulong Instructions;

    /// <summary>Address of the licence's name.</summary>
    [FieldOffset(16)]
    public ulong License;

    /// <summary>What the verifier logs; 0 for nothing.</summary>
    [FieldOffset(24)]
    public uint LogLevel;

    /// <summary>The log's room.</summary>
    [FieldOffset(28)]
    public uint LogSize;

    /// <summary>The log's address.</summary>
    [FieldOffset(32)]
    public ulong Log;

    /// <summary>BPF_F_ bits.</summary>
    [FieldOffset(44)]
    public uint Flags;

    /// <summary>The name, 15 ASCII characters and a zero.</summary>
    [FieldOffset(48)]
    // SAFETY: a fixed buffer inside the struct; Bpf.WriteName stays within it.
    public fixed byte Name[16];

    /// <summary>The attach type that the program is verified for.</summary>
    [FieldOffset(68)]
    public uint ExpectedAttachType;

    /// <summary>The program's own BTF.</summary>
    [FieldOffset(72)]
    public int ProgramBtf;

    /// <summary>Bytes of a function record.</summary>
    [FieldOffset(76)]
    public uint FunctionRecordSize;

    /// <summary>Address of the function records.</summary>
    [FieldOffset(80)]
    public ulong Functions;

    /// <summary>How many there are.</summary>
    [FieldOffset(88)]
    public uint FunctionCount;

    /// <summary>Bytes of a line record.</summary>
    [FieldOffset(92)]
    public uint LineRecordSize;

    /// <summary>Address of the line records.</summary>
    [FieldOffset(96)]
    public ulong Lines;

    /// <summary>How many there are.</summary>
    [FieldOffset(104)]
    public uint LineCount;

    /// <summary>The BTF type that the program attaches to.</summary>
    [FieldOffset(108)]
    public uint AttachBtfId;

    /// <summary>The BTF of the module that holds it, or the program that is attached to; 0 for the kernel's.</summary>
    [FieldOffset(112)]
    public int AttachBtfObject;

    /// <summary>Address of the descriptors that kernel function calls refer to by index.</summary>
    [FieldOffset(120)]
    public ulong DescriptorArray;

    /// <summary>Out: the log's true length, on kernels since 6.4.</summary>
    [FieldOffset(140)]
    public uint LogTrueSize;
}

/// <summary>union bpf_attr of BPF_PROG_TEST_RUN.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct TestRunAttributes
{
    /// <summary>The program.</summary>
    [FieldOffset(0)]
    public int Program;

    /// <summary>Out: what it returned.</summary>
    [FieldOffset(4)]
    public uint ReturnValue;

    /// <summary>Bytes of the packet.</summary>
    [FieldOffset(8)]
    public uint DataSizeIn;

    /// <summary>Room for the packet afterwards; out: its bytes.</summary>
    [FieldOffset(12)]
    public uint DataSizeOut;

    /// <summary>Address of the packet.</summary>
    [FieldOffset(16)]
    public ulong DataIn;

    /// <summary>Address of the room for it.</summary>
    [FieldOffset(24)]
    public ulong DataOut;

    /// <summary>How often it runs.</summary>
    [FieldOffset(32)]
    public uint Repeat;

    /// <summary>Out: mean nanoseconds a run.</summary>
    [FieldOffset(36)]
    public uint Duration;

    /// <summary>Bytes of the context.</summary>
    [FieldOffset(40)]
    public uint ContextSizeIn;

    /// <summary>Room for the context afterwards.</summary>
    [FieldOffset(44)]
    public uint ContextSizeOut;

    /// <summary>Address of the context.</summary>
    [FieldOffset(48)]
    public ulong ContextIn;

    /// <summary>Address of the room for it.</summary>
    [FieldOffset(56)]
    public ulong ContextOut;

    /// <summary>BPF_F_TEST_ bits.</summary>
    [FieldOffset(64)]
    public uint Flags;

    /// <summary>The processor that it runs on, where the flags ask for one.</summary>
    [FieldOffset(68)]
    public uint Processor;
}
