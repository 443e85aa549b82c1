using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>union bpf_attr of BPF_MAP_CREATE.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct MapCreateAttributes
{
    /// <summary>The map's type.</summary>
    [FieldOffset(0)]
    public uint MapType;

    /// <summary>The key's bytes.</summary>
    [FieldOffset(4)]
    public uint KeySize;

    /// <summary>The value's bytes.</summary>
    [FieldOffset(8)]
    public uint ValueSize;

    /// <summary>The most elements, or the bytes of a ring buffer.</summary>
    [FieldOffset(12)]
    public uint MaxEntries;

    /// <summary>BPF_F_ bits.</summary>
    [FieldOffset(16)]
    public uint Flags;

    /// <summary>The pattern of a map in a map.</summary>
    [FieldOffset(20)]
    public int InnerMap;

    /// <summary>The name, 15 ASCII characters and a zero.</summary>
    [FieldOffset(28)]
    // SAFETY: a fixed buffer inside the struct; Bpf.WriteName stays within it.
    public fixed byte Name[16];

    /// <summary>BTF that describes key and value.</summary>
    [FieldOffset(48)]
    public int Btf;

    /// <summary>The key's type in it.</summary>
    [FieldOffset(52)]
    public uint BtfKeyType;

    /// <summary>The value's type in it.</summary>
    [FieldOffset(56)]
    public uint BtfValueType;

    /// <summary>What the map's type makes of it.</summary>
    [FieldOffset(64)]
    public ulong Extra;
}

/// <summary>union bpf_attr of the BPF_MAP_*_ELEM commands, BPF_MAP_GET_NEXT_KEY and BPF_MAP_FREEZE.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct MapElementAttributes
{
    /// <summary>The map.</summary>
    [FieldOffset(0)]
    public int Map;

    /// <summary>Address of the key.</summary>
    [FieldOffset(8)]
    public ulong Key;

    /// <summary>Address of the value, or of the next key.</summary>
    [FieldOffset(16)]
    public ulong Value;

    /// <summary>BPF_ANY, BPF_NOEXIST, BPF_EXIST.</summary>
    [FieldOffset(24)]
    public ulong Flags;
}

/// <summary>union bpf_attr of the BPF_MAP_*_BATCH commands.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct MapBatchAttributes
{
    /// <summary>Address of where the last batch ended; 0 for the first.</summary>
    [FieldOffset(0)]
    public ulong InBatch;

    /// <summary>Address that receives where this batch ends.</summary>
    [FieldOffset(8)]
    public ulong OutBatch;

    /// <summary>Address of the keys.</summary>
    [FieldOffset(16)]
    public ulong Keys;

    /// <summary>Address of the values.</summary>
    [FieldOffset(24)]
    public ulong Values;

    /// <summary>In: room for elements; out: elements.</summary>
    [FieldOffset(32)]
    public uint Count;

    /// <summary>The map.</summary>
    [FieldOffset(36)]
    public int Map;

    /// <summary>Flags for each element.</summary>
    [FieldOffset(40)]
    public ulong ElementFlags;

    /// <summary>Flags for the batch.</summary>
    [FieldOffset(48)]
    public ulong Flags;
}
