using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>union bpf_attr of the BPF_*_GET_NEXT_ID and BPF_*_GET_FD_BY_ID commands.</summary>
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct ObjectIdAttributes
{
    /// <summary>The id to start after, or to open.</summary>
    [FieldOffset(0)]
    public uint Id;

    /// <summary>Out: the next id.</summary>
    [FieldOffset(4)]
    public uint NextId;

    /// <summary>Flags.</summary>
    [FieldOffset(8)]
    public uint Flags;
}

/// <summary>union bpf_attr of BPF_OBJ_GET_INFO_BY_FD.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ObjectInfoAttributes
{
    /// <summary>The object.</summary>
    [FieldOffset(0)]
    public int Descriptor;

    /// <summary>In: room; out: bytes.</summary>
    [FieldOffset(4)]
    public uint Length;

    /// <summary>Address of the room.</summary>
    [FieldOffset(8)]
    public ulong Info;
}

/// <summary>union bpf_attr of BPF_BTF_LOAD.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct BtfLoadAttributes
{
    /// <summary>Address of the BTF.</summary>
    [FieldOffset(0)]
    public ulong Btf;

    /// <summary>Address of the log.</summary>
    [FieldOffset(8)]
    public ulong Log;

    /// <summary>Bytes of BTF.</summary>
    [FieldOffset(16)]
    public uint Size;

    /// <summary>Room for the log.</summary>
    [FieldOffset(20)]
    public uint LogSize;

    /// <summary>What is logged.</summary>
    [FieldOffset(24)]
    public uint LogLevel;
}
