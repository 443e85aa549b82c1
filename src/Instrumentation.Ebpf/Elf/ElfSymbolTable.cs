using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>One symbol table of a file, kept as the bytes that it is.</summary>
internal sealed class ElfSymbolTable
{
    private const int EntrySize = 24;

    private readonly ReadOnlyMemory<byte> _entries;
    private readonly StringTable _strings;
    private readonly ElfSymbolVersions? _versions;

    private ElfSymbolTable(ReadOnlyMemory<byte> entries, StringTable strings, ElfSymbolVersions? versions)
    {
        _entries = entries;
        _strings = strings;
        _versions = versions;
        Count = entries.Length / EntrySize;
    }

    /// <summary>How many symbols it has, the unused one with number 0 among them.</summary>
    public int Count { get; }

    /// <summary>One symbol.</summary>
    /// <param name="index">Its number.</param>
    public ElfSymbol this[int index] => new(this, index);

    /// <summary>Reads a table.</summary>
    /// <param name="file">The file.</param>
    /// <param name="section">The section of the table.</param>
    /// <returns>The table.</returns>
    /// <exception cref="BadFileException">The table or its strings are not inside the file.</exception>
    public static ElfSymbolTable Read(ElfFile file, ElfSection section)
    {
        string name = section.Type == ElfSectionType.Symbols ? "the symbol table" : "the dynamic symbol table";
        if (section.EntrySize != EntrySize)
        {
            throw new BadFileException(file.Path, name, (long)section.Offset, $"its entries have {section.EntrySize} bytes instead of {EntrySize}.");
        }

        if (section.Link >= (uint)file.Sections.Length || file.Sections[(int)section.Link].Type != ElfSectionType.Strings)
        {
            throw new BadFileException(file.Path, name, (long)section.Offset, $"section {section.Link}, which is to hold its names, is no string table.");
        }

        return new ElfSymbolTable(
            file.ReadSection(section),
            new StringTable(file.ReadSection(file.Sections[(int)section.Link])),
            section.Type == ElfSectionType.DynamicSymbols ? ElfSymbolVersions.Read(file) : null);
    }

    /// <summary>The bytes of a symbol's name, without version.</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The name; empty for none.</returns>
    public ReadOnlySpan<byte> NameOf(int index)
    {
        ReadOnlySpan<byte> name = _strings.At(BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)));

        // A full symbol table has no version table: linkers write the version behind the name.
        int at = _versions is null ? name.IndexOf((byte)'@') : -1;
        return at > 0 ? name[..at] : name;
    }

    /// <summary>The version of a symbol.</summary>
    /// <param name="index">The symbol's number.</param>
    /// <param name="isDefault">Whether the name alone means this version; true for a symbol without version.</param>
    /// <returns>The version; null for none.</returns>
    public string? VersionOf(int index, out bool isDefault)
    {
        if (_versions is not null)
        {
            return _versions.Of(index, out isDefault);
        }

        isDefault = true;
        ReadOnlySpan<byte> name = _strings.At(BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)));
        int at = name.IndexOf((byte)'@');
        if (at <= 0)
        {
            return null;
        }

        ReadOnlySpan<byte> version = name[(at + 1)..];
        isDefault = version.StartsWith("@"u8);
        return StringTable.Text(version.TrimStart((byte)'@'));
    }

    /// <summary>The kind and binding of a symbol (st_info).</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The byte.</returns>
    public byte InfoOf(int index) => Entry(index)[4];

    /// <summary>The visibility of a symbol (st_other): 1 and 2 in the lower two bits are for symbols that other files do not see.</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The byte.</returns>
    public byte OtherOf(int index) => Entry(index)[5];

    /// <summary>The section of a symbol (st_shndx).</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The section's number, or a special value.</returns>
    public ushort SectionOf(int index) => BinaryPrimitives.ReadUInt16LittleEndian(Entry(index)[6..]);

    /// <summary>The value of a symbol (st_value).</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The value, mostly an address.</returns>
    public ulong ValueOf(int index) => BinaryPrimitives.ReadUInt64LittleEndian(Entry(index)[8..]);

    /// <summary>The size of a symbol (st_size).</summary>
    /// <param name="index">The symbol's number.</param>
    /// <returns>The size in bytes.</returns>
    public ulong SizeOf(int index) => BinaryPrimitives.ReadUInt64LittleEndian(Entry(index)[16..]);

    private ReadOnlySpan<byte> Entry(int index) => _entries.Span.Slice(index * EntrySize, EntrySize);
}
