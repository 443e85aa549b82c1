using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The versions of a file's dynamic symbols: a number for each symbol, and what the numbers mean.</summary>
internal sealed class ElfSymbolVersions
{
    private const ushort Hidden = 0x8000;

    private readonly ReadOnlyMemory<byte> _numbers;
    private readonly StringTable _strings;
    private readonly Dictionary<int, uint> _names = [];

    private ElfSymbolVersions(ReadOnlyMemory<byte> numbers, StringTable strings)
    {
        _numbers = numbers;
        _strings = strings;
    }

    /// <summary>Reads the version tables of a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The versions; null if the file has none.</returns>
    /// <exception cref="BadFileException">A table is not inside the file.</exception>
    public static ElfSymbolVersions? Read(ElfFile file)
    {
        if (FirstOf(file, ElfSectionType.VersionNumbers) is not { } numbers)
        {
            return null;
        }

        // The first of each kind is the one: reading as many as a file may claim to have would cost its size squared.
        var versions = new ElfSymbolVersions(file.ReadSection(numbers), StringsOf(file));
        if (FirstOf(file, ElfSectionType.VersionDefinitions) is { } definitions)
        {
            versions.AddDefinitions(file.ReadSection(definitions).Span);
        }

        if (FirstOf(file, ElfSectionType.VersionNeeds) is { } needs)
        {
            versions.AddNeeds(file.ReadSection(needs).Span);
        }

        return versions;
    }

    /// <summary>The version of a symbol.</summary>
    /// <param name="index">The symbol's number.</param>
    /// <param name="isDefault">Whether the name alone means this version.</param>
    /// <returns>The version; null for a symbol without one.</returns>
    public string? Of(int index, out bool isDefault)
    {
        isDefault = true;
        ReadOnlySpan<byte> numbers = _numbers.Span;
        if (index > (numbers.Length / 2) - 1)
        {
            return null;
        }

        ushort number = BinaryPrimitives.ReadUInt16LittleEndian(numbers[(index * 2)..]);
        isDefault = (number & Hidden) == 0;

        // 0 and 1 say local and global without a version.
        return (number & ~Hidden) > 1 && _names.TryGetValue(number & ~Hidden, out uint name) ? _strings.TextAt(name) : null;
    }

    private static ElfSection? FirstOf(ElfFile file, ElfSectionType type)
    {
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type == type)
            {
                return section;
            }
        }

        return null;
    }

    private static StringTable StringsOf(ElfFile file) =>
        FirstOf(file, ElfSectionType.DynamicSymbols) is { } symbols && symbols.Link < (uint)file.Sections.Length
            ? new StringTable(file.ReadSection(file.Sections[(int)symbols.Link]))
            : default;

    // Verdef: version, flags, index, count, hash, aux, next; the first Verdaux: name, next. Both lists lead forward only: a list that
    // does not is cut off, so that it ends.
    private void AddDefinitions(ReadOnlySpan<byte> table)
    {
        for (int at = 0; at <= table.Length - 20;)
        {
            ReadOnlySpan<byte> entry = table[at..];
            uint aux = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (aux <= (uint)entry.Length - 8)
            {
                _names[BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]) & ~Hidden] = BinaryPrimitives.ReadUInt32LittleEndian(entry[(int)aux..]);
            }

            uint next = BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]);
            if (next < 20 || next > (uint)entry.Length)
            {
                break;
            }

            at += (int)next;
        }
    }

    // Verneed: version, count, file, aux, next; each Vernaux: hash, flags, other (the number), name, next.
    private void AddNeeds(ReadOnlySpan<byte> table)
    {
        int budget = table.Length / 16;
        for (int at = 0; at <= table.Length - 16;)
        {
            ReadOnlySpan<byte> entry = table[at..];
            AddNeed(entry, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]), ref budget);
            uint next = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (next < 16 || next > (uint)entry.Length)
            {
                break;
            }

            at += (int)next;
        }
    }

    private void AddNeed(ReadOnlySpan<byte> entry, uint aux, ref int budget)
    {
        while (budget-- > 0 && entry.Length >= 16 && aux <= (uint)entry.Length - 16)
        {
            entry = entry[(int)aux..];
            _names[BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) & ~Hidden] = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            aux = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (aux < 16)
            {
                break;
            }
        }
    }
}
