using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The file header, and the tables that it leads to.</summary>
/// <param name="Type">What the file is.</param>
/// <param name="Machine">The processor that it is for.</param>
/// <param name="Entry">The address at which a program begins.</param>
/// <param name="Sections">All sections, the unused one with number 0 among them; empty if the file has no section table.</param>
/// <param name="Segments">All segments; empty in an object file.</param>
/// <param name="SectionNames">The names of sections.</param>
internal sealed record ElfHeader(
    ElfType Type,
    ElfMachine Machine,
    ulong Entry,
    ElfSection[] Sections,
    ElfSegment[] Segments,
    StringTable SectionNames)
{
    private const int Size = 64;
    private const string Part = "the ELF header";
    private const string OtherKind = "Name a 64-bit little-endian ELF file: a program, a shared library or an object file.";

    /// <summary>Reads the header and its tables.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The header.</returns>
    /// <exception cref="BadFileException">It is no ELF file of this kind, or a table is not inside it.</exception>
    public static ElfHeader Read(FileBytes file)
    {
        if (file.Length < Size)
        {
            throw new BadFileException(file.Name, Part, 0, $"it has {file.Length} bytes, fewer than an ELF header.", OtherKind);
        }

        ReadOnlySpan<byte> header = file.Read(0, Size, Part).Span;
        if (!header.StartsWith("\x7f"u8) || !header[1..].StartsWith("ELF"u8))
        {
            throw new BadFileException(file.Name, Part, 0, "it does not begin as an ELF file does.", OtherKind);
        }

        if (header[4] != 2 || header[5] != 1)
        {
            throw new BadFileException(file.Name, Part, 4, "it is not 64-bit little-endian.", OtherKind);
        }

        ElfSection[] sections = ReadSections(file, header, out uint nameSection, out uint segmentsBySection);
        ElfSegment[] segments = ReadSegments(file, header, segmentsBySection);
        StringTable names = nameSection < sections.Length && sections[nameSection] is { Type: ElfSectionType.Strings } section
            ? new StringTable(file.Read(section.Offset, section.Size, "the section names"))
            : default;
        return new ElfHeader(
            (ElfType)BinaryPrimitives.ReadUInt16LittleEndian(header[16..]),
            (ElfMachine)BinaryPrimitives.ReadUInt16LittleEndian(header[18..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
            sections,
            segments,
            names);
    }

    private static ElfSection[] ReadSections(FileBytes file, ReadOnlySpan<byte> header, out uint nameSection, out uint segmentsBySection)
    {
        const string Part = "the section table";
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        nameSection = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        segmentsBySection = 0;
        if (offset == 0)
        {
            return [];
        }

        ushort size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        if (size != ElfSection.HeaderSize)
        {
            throw new BadFileException(file.Name, Part, 58, $"its entries have {size} bytes instead of {ElfSection.HeaderSize}.");
        }

        // Section 0 is no section: what did not fit into the header is kept in its fields.
        var first = ElfSection.Read(0, file.Read(offset, ElfSection.HeaderSize, Part).Span);
        count = count == 0 ? first.Size : count;
        nameSection = nameSection == 0xffff ? first.Link : nameSection;
        segmentsBySection = first.Info;
        if (count > (ulong)file.Length / ElfSection.HeaderSize)
        {
            throw new BadFileException(file.Name, Part, (long)offset, $"it is said to have {count} entries, more than the file can hold.");
        }

        ReadOnlySpan<byte> table = file.Read(offset, count * ElfSection.HeaderSize, Part).Span;
        var sections = new ElfSection[(int)count];
        for (int i = 0; i < sections.Length; i++)
        {
            sections[i] = ElfSection.Read(i, table[(i * ElfSection.HeaderSize)..]);
        }

        return sections;
    }

    private static ElfSegment[] ReadSegments(FileBytes file, ReadOnlySpan<byte> header, uint bySection)
    {
        const string Part = "the segment table";
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        uint count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        count = count == 0xffff ? bySection : count;
        if (offset == 0 || count == 0)
        {
            return [];
        }

        ushort size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        if (size != ElfSegment.HeaderSize)
        {
            throw new BadFileException(file.Name, Part, 54, $"its entries have {size} bytes instead of {ElfSegment.HeaderSize}.");
        }

        ReadOnlySpan<byte> table = file.Read(offset, (ulong)count * ElfSegment.HeaderSize, Part).Span;
        var segments = new ElfSegment[(int)count];
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = ElfSegment.Read(table[(i * ElfSegment.HeaderSize)..]);
        }

        return segments;
    }
}
