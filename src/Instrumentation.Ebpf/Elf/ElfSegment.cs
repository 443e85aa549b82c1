using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The kinds of segments that matter here (p_type).</summary>
internal enum ElfSegmentType : uint
{
    /// <summary>An unused entry.</summary>
    Null = 0,

    /// <summary>A part of the file that is mapped.</summary>
    Load = 1,

    /// <summary>What the dynamic linker needs.</summary>
    Dynamic = 2,

    /// <summary>Notes.</summary>
    Notes = 4,

    /// <summary>The sorted table by which exceptions find functions (.eh_frame_hdr).</summary>
    UnwindTable = 0x6474E550,
}

/// <summary>One program header: a part of the file and where it is mapped.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Flags">1 executable, 2 writable, 4 readable.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Address">Its virtual address.</param>
/// <param name="FileSize">How many of its bytes are in the file.</param>
/// <param name="MemorySize">How many bytes it has in memory.</param>
/// <param name="Alignment">To what its address is aligned.</param>
internal readonly record struct ElfSegment(
    ElfSegmentType Type,
    uint Flags,
    ulong Offset,
    ulong Address,
    ulong FileSize,
    ulong MemorySize,
    ulong Alignment)
{
    /// <summary>The size of a program header in the file, in bytes.</summary>
    public const int HeaderSize = 56;

    /// <summary>Whether instructions in it can run.</summary>
    public bool IsExecutable => (Flags & 1) != 0;

    /// <summary>Reads a program header.</summary>
    /// <param name="header">The header, 56 bytes.</param>
    /// <returns>The segment.</returns>
    public static ElfSegment Read(ReadOnlySpan<byte> header) => new(
        (ElfSegmentType)BinaryPrimitives.ReadUInt32LittleEndian(header),
        BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[40..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[48..]));
}
