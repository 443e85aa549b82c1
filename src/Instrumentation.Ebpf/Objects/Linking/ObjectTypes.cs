using System.Buffers.Binary;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>The types of an object, and what the compiler says of its instructions.</summary>
/// <param name="File">The types.</param>
/// <param name="Extension">Functions, lines and relocations; null for none.</param>
/// <param name="ForKernel">The types as the kernel takes them: with the sizes and places of sections and variables, which the compiler leaves open.</param>
internal sealed record ObjectTypes(BtfFile File, BtfExtension? Extension, byte[] ForKernel)
{
    private const byte HiddenOrInternal = 3;

    /// <summary>Reads the types of an object.</summary>
    /// <param name="elf">The file.</param>
    /// <returns>The types; null if it has none.</returns>
    /// <exception cref="BadFileException">They are damaged.</exception>
    public static ObjectTypes? Read(ElfFile elf)
    {
        if (elf.FindSection(".BTF") is not { Size: > 0 } section)
        {
            return null;
        }

        byte[] bytes = elf.ReadSection(section).ToArray();
        var file = BtfFile.Parse(bytes, elf.Path);
        BtfExtension? extension = elf.FindSection(".BTF.ext") is { Size: > 0 } extra ? BtfExtension.Read(elf.ReadSection(extra).Span, file) : null;
        return new ObjectTypes(file, extension, Complete(elf, file, [.. bytes]));
    }

    private static byte[] Complete(ElfFile elf, BtfFile file, byte[] bytes)
    {
        var layout = BtfLayout.Read(bytes, elf.Path);
        SymbolPlaces places = SymbolPlaces.Of(elf);
        for (int at = layout.TypesStart; at < layout.TypesEnd;)
        {
            var record = BtfRecord.Read(bytes, at);
            string name = record.Kind is BtfKind.DataSection or BtfKind.Function ? Files.StringTable.Text(file.NameAt(record.NameOffset)) : string.Empty;
            if (record.Kind == BtfKind.DataSection)
            {
                CompleteSection(file, bytes, at, record, name, places);
            }
            else if (record.Kind == BtfKind.Function && record.Count != 0 && places.Hidden.Contains(name))
            {
                // What is hidden from other objects is verified where it is called, as a static function is.
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), record.Info & 0xffff0000);
            }

            at += BtfRecord.HeadSize + record.PartsSize;
        }

        return bytes;
    }

    private static void CompleteSection(BtfFile file, byte[] bytes, int at, BtfRecord record, string name, SymbolPlaces places)
    {
        if (!places.Sections.TryGetValue(name, out ElfSection section))
        {
            return;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 8), (uint)Math.Min(section.Size, uint.MaxValue));
        var variables = new (uint Type, uint Offset, uint Size)[record.Count];
        for (int i = 0; i < variables.Length; i++)
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(record.Parts + (i * record.PartSize));
            variables[i] = (BinaryPrimitives.ReadUInt32LittleEndian(part), BinaryPrimitives.ReadUInt32LittleEndian(part[4..]), BinaryPrimitives.ReadUInt32LittleEndian(part[8..]));
            if (file.TryGetType(variables[i].Type, out BtfType variable) && places.Offsets.TryGetValue((section.Index, variable.Name), out ulong offset))
            {
                variables[i].Offset = (uint)Math.Min(offset, uint.MaxValue);
            }
        }

        Array.Sort(variables, static (first, second) => first.Offset.CompareTo(second.Offset));
        for (int i = 0; i < variables.Length; i++)
        {
            Span<byte> part = bytes.AsSpan(record.Parts + (i * record.PartSize));
            BinaryPrimitives.WriteUInt32LittleEndian(part, variables[i].Type);
            BinaryPrimitives.WriteUInt32LittleEndian(part[4..], variables[i].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(part[8..], variables[i].Size);
        }
    }

    /// <summary>Where variables are, and which functions are hidden.</summary>
    /// <param name="Offsets">The offsets of variables in their sections.</param>
    /// <param name="Hidden">The names of global functions that other objects do not see.</param>
    /// <param name="Sections">The sections by name.</param>
    private sealed record SymbolPlaces(Dictionary<(int Section, string Name), ulong> Offsets, HashSet<string> Hidden, Dictionary<string, ElfSection> Sections)
    {
        public static SymbolPlaces Of(ElfFile elf)
        {
            var places = new SymbolPlaces([], new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, ElfSection>(StringComparer.Ordinal));
            foreach (ElfSection section in elf.Sections)
            {
                places.Sections.TryAdd(elf.NameOf(section), section);
            }

            foreach (ElfSymbolTable table in elf.SymbolTables)
            {
                for (int i = 1; i < table.Count; i++)
                {
                    ElfSymbol symbol = table[i];
                    if (symbol.Kind == ElfSymbolKind.Object)
                    {
                        places.Offsets.TryAdd((symbol.Section, symbol.Name), symbol.Address);
                    }
                    else if (symbol.Kind == ElfSymbolKind.Function && (table.OtherOf(i) & HiddenOrInternal) is 1 or 2)
                    {
                        places.Hidden.Add(symbol.Name);
                    }
                }
            }

            return places;
        }
    }
}
