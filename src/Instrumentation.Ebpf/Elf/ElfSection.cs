using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The kinds of sections that matter here (sh_type).</summary>
internal enum ElfSectionType : uint
{
    /// <summary>An unused entry.</summary>
    Null = 0,

    /// <summary>Content that the program defines.</summary>
    Content = 1,

    /// <summary>The full symbol table.</summary>
    Symbols = 2,

    /// <summary>Strings.</summary>
    Strings = 3,

    /// <summary>Relocations that carry their addend.</summary>
    RelocationsWithAddend = 4,

    /// <summary>Notes.</summary>
    Notes = 7,

    /// <summary>Room without bytes in the file.</summary>
    NoBits = 8,

    /// <summary>Relocations without addend.</summary>
    Relocations = 9,

    /// <summary>The symbols that take part in dynamic linking.</summary>
    DynamicSymbols = 11,

    /// <summary>The versions that the file defines.</summary>
    VersionDefinitions = 0x6ffffffd,

    /// <summary>The versions that the file needs of other files.</summary>
    VersionNeeds = 0x6ffffffe,

    /// <summary>One version number for each dynamic symbol.</summary>
    VersionNumbers = 0x6fffffff,
}

/// <summary>One section header. Nothing in it has been checked against the file: reading the section does that.</summary>
/// <param name="Index">Its number.</param>
/// <param name="NameOffset">Where its name is in the section names.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Flags">Its flags (sh_flags).</param>
/// <param name="Address">Its virtual address; 0 if it is not loaded.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Link">The number of a section that it goes with, for example the strings of symbols.</param>
/// <param name="Info">Further information that its kind defines, for example the section that relocations are for.</param>
/// <param name="EntrySize">The size of an entry in bytes, for a section that is a table.</param>
internal readonly record struct ElfSection(
    int Index,
    uint NameOffset,
    ElfSectionType Type,
    ulong Flags,
    ulong Address,
    ulong Offset,
    ulong Size,
    uint Link,
    uint Info,
    ulong EntrySize)
{
    /// <summary>The size of a section header in the file, in bytes.</summary>
    public const int HeaderSize = 64;

    /// <summary>Whether the section holds instructions.</summary>
    public bool IsExecutable => (Flags & 4) != 0;

    /// <summary>Whether the section's bytes are compressed.</summary>
    public bool IsCompressed => (Flags & 0x800) != 0;

    /// <summary>Reads a section header.</summary>
    /// <param name="index">The section's number.</param>
    /// <param name="header">Its header, 64 bytes.</param>
    /// <returns>The section.</returns>
    public static ElfSection Read(int index, ReadOnlySpan<byte> header) => new(
        index,
        BinaryPrimitives.ReadUInt32LittleEndian(header),
        (ElfSectionType)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(header[40..]),
        BinaryPrimitives.ReadUInt32LittleEndian(header[44..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[56..]));
}
