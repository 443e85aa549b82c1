using System.Text;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// A 64-bit little-endian ELF file: program, shared library or object file. The tables are read when they are first asked for. Whatever the
/// file says, reading it ends in a value or a <see cref="BadFileException"/>, and takes memory in proportion to its size.
/// </summary>
/// <remarks>All members may be called from many threads.</remarks>
internal sealed class ElfFile : IDisposable
{
    private readonly FileBytes _bytes;
    private readonly ElfHeader _header;
    private ElfSymbolTable[]? _tables;
    private ElfSymbols? _symbols;
    private ElfIdentity? _identity;
    private SdtNote[]? _sdtNotes;

    private ElfFile(FileBytes bytes)
    {
        _bytes = bytes;
        _header = ElfHeader.Read(bytes);
    }

    /// <summary>The file's path, or what errors shall call the bytes.</summary>
    public string Path => _bytes.Name;

    /// <summary>The file's length in bytes.</summary>
    public long Length => _bytes.Length;

    /// <summary>What the file is.</summary>
    public ElfType Type => _header.Type;

    /// <summary>The processor that it is for.</summary>
    public ElfMachine Machine => _header.Machine;

    /// <summary>The address at which a program begins.</summary>
    public ulong Entry => _header.Entry;

    /// <summary>All sections, the unused one with number 0 among them.</summary>
    public ReadOnlySpan<ElfSection> Sections => _header.Sections;

    /// <summary>All segments.</summary>
    public ReadOnlySpan<ElfSegment> Segments => _header.Segments;

    /// <summary>The symbol tables of this file: the dynamic one first, then the full one, as far as they exist.</summary>
    /// <exception cref="BadFileException">A table is not inside the file.</exception>
    public IReadOnlyList<ElfSymbolTable> SymbolTables => _tables ??= ReadTables();

    /// <summary>The symbols of this file, without those of a separate file of debug information.</summary>
    /// <exception cref="BadFileException">A table is not inside the file.</exception>
    public ElfSymbols Symbols => _symbols ??= new ElfSymbols(this, SymbolTables);

    /// <summary>The build id and the link to a separate file of debug information.</summary>
    /// <exception cref="BadFileException">A note is not inside the file.</exception>
    public ElfIdentity Identity => _identity ??= ElfIdentity.Read(this);

    /// <summary>The places that the program's authors marked (USDT), in the order of the file.</summary>
    /// <exception cref="BadFileException">A note is not inside the file.</exception>
    public IReadOnlyList<SdtNote> SdtNotes => _sdtNotes ??= SdtNoteReader.Read(this);

    /// <summary>Opens a file. It stays open until this is disposed.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The file.</returns>
    /// <exception cref="BadFileException">The file cannot be read or is no such ELF file.</exception>
    public static ElfFile Open(string path)
    {
        var bytes = FileBytes.Open(path);
        try
        {
            return new ElfFile(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is in memory.</summary>
    /// <param name="bytes">Its bytes; they must not change.</param>
    /// <param name="name">What errors shall call it.</param>
    /// <returns>The file.</returns>
    /// <exception cref="BadFileException">It is no such ELF file.</exception>
    public static ElfFile Parse(ReadOnlyMemory<byte> bytes, string name) => new(FileBytes.Of(bytes, name));

    /// <summary>Finds a section by name.</summary>
    /// <param name="name">The name, for example <c>.text</c>.</param>
    /// <returns>The first section of that name; null if there is none.</returns>
    public ElfSection? FindSection(string name)
    {
        Span<byte> wanted = stackalloc byte[128];
        if (!Encoding.UTF8.TryGetBytes(name, wanted, out int length))
        {
            return null;
        }

        foreach (ElfSection section in _header.Sections)
        {
            if (IsNamed(section, wanted[..length]))
            {
                return section;
            }
        }

        return null;
    }

    /// <summary>The name of a section.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The name.</returns>
    public string NameOf(ElfSection section) => _header.SectionNames.TextAt(section.NameOffset);

    /// <summary>Whether a section has a name.</summary>
    /// <param name="section">The section.</param>
    /// <param name="name">The name in UTF-8.</param>
    /// <returns>True if it has.</returns>
    public bool IsNamed(ElfSection section, ReadOnlySpan<byte> name) => _header.SectionNames.At(section.NameOffset).SequenceEqual(name);

    /// <summary>Reads the bytes of a section.</summary>
    /// <param name="section">The section.</param>
    /// <returns>Its bytes; none for one that has no bytes in the file.</returns>
    /// <exception cref="BadFileException">The section is not inside the file.</exception>
    public ReadOnlyMemory<byte> ReadSection(ElfSection section) =>
        section.Type == ElfSectionType.NoBits ? default : _bytes.Read(section.Offset, section.Size, $"section {section.Index}");

    /// <summary>Reads a part of the file.</summary>
    /// <param name="offset">Where it begins in the file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="part">What errors shall call it.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="BadFileException">The part is not inside the file.</exception>
    public ReadOnlyMemory<byte> Read(ulong offset, ulong length, string part) => _bytes.Read(offset, length, part);

    /// <summary>Where the byte at a virtual address is in the file: what a uprobe is attached by.</summary>
    /// <param name="address">The virtual address, as symbols have it.</param>
    /// <param name="offset">The offset in the file.</param>
    /// <returns>False if no byte of the file is loaded there, as for data that begin as zeros.</returns>
    public bool TryGetOffset(ulong address, out ulong offset)
    {
        foreach (ElfSegment segment in _header.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                offset = unchecked(address - segment.Address + segment.Offset);
                return true;
            }
        }

        offset = 0;
        return false;
    }

    /// <summary>At which virtual address a byte of the file is loaded: the inverse of <see cref="TryGetOffset(ulong, out ulong)"/>.</summary>
    /// <param name="offset">The offset in the file.</param>
    /// <param name="address">The virtual address; code is preferred where a page is loaded twice.</param>
    /// <returns>False if the byte is not loaded.</returns>
    public bool TryGetAddress(ulong offset, out ulong address)
    {
        bool found = false;
        address = 0;
        foreach (ElfSegment segment in _header.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && offset >= segment.Offset && offset - segment.Offset < segment.FileSize)
            {
                address = unchecked(offset - segment.Offset + segment.Address);
                found = true;
                if (segment.IsExecutable)
                {
                    return true;
                }
            }
        }

        return found;
    }

    /// <summary>Where a symbol is in the file.</summary>
    /// <param name="symbol">A symbol of this file, or of its separate file of debug information.</param>
    /// <param name="offset">The offset in the file.</param>
    /// <returns>False if it is not defined here, or has no bytes in the file.</returns>
    public bool TryGetOffset(ElfSymbol symbol, out ulong offset)
    {
        offset = 0;
        if (!symbol.IsDefined || symbol.Kind == ElfSymbolKind.ThreadLocal)
        {
            return false;
        }

        if (Type != ElfType.Relocatable)
        {
            return TryGetOffset(symbol.Address, out offset);
        }

        if (symbol.Section >= _header.Sections.Length || _header.Sections[symbol.Section] is not { Type: not ElfSectionType.NoBits } section || symbol.Address > section.Size)
        {
            return false;
        }

        offset = unchecked(section.Offset + symbol.Address);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private ElfSymbolTable[] ReadTables()
    {
        ElfSymbolTable? dynamic = null, full = null;
        foreach (ElfSection section in _header.Sections)
        {
            if (section.Type == ElfSectionType.DynamicSymbols)
            {
                dynamic ??= ElfSymbolTable.Read(this, section);
            }
            else if (section.Type == ElfSectionType.Symbols)
            {
                full ??= ElfSymbolTable.Read(this, section);
            }
        }

        return (dynamic, full) switch
        {
            (null, null) => [],
            (not null, null) => [dynamic],
            (null, not null) => [full],
            _ => [dynamic, full],
        };
    }
}
