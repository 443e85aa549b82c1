using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Btf;

/// <summary>The section .BTF.ext of an object file: what functions, lines and relocations belong to its instructions.</summary>
/// <param name="Functions">The functions, by section.</param>
/// <param name="Lines">The lines of source, by section.</param>
/// <param name="Relocations">The CO-RE relocations, by section.</param>
internal sealed record BtfExtension(
    IReadOnlyList<BtfSectionRecords<BtfFunctionInfo>> Functions,
    IReadOnlyList<BtfSectionRecords<BtfLineInfo>> Lines,
    IReadOnlyList<BtfSectionRecords<BtfRelocation>> Relocations)
{
    private const string Part = "section .BTF.ext";
    private const int ShortHeader = 24;
    private const int LongHeader = 32;

    private delegate T RecordReader<T>(ReadOnlySpan<byte> record);

    /// <summary>Reads the section.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="types">The object's own types, which have the strings.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="BadFileException">It is cut off, or no such section.</exception>
    public static BtfExtension Read(ReadOnlySpan<byte> bytes, BtfFile types)
    {
        if (bytes.Length < ShortHeader || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != BtfLayout.Magic || bytes[2] != 1)
        {
            throw new BadFileException(types.Name, Part, 0, "it does not begin as little-endian .BTF.ext of version 1 does.");
        }

        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (header < ShortHeader || header > bytes.Length)
        {
            throw new BadFileException(types.Name, Part, 4, $"its header is said to have {header} bytes.");
        }

        return new BtfExtension(
            ReadSections(bytes, types, header, 8, 8, record => new BtfFunctionInfo(U32(record, 0), U32(record, 4))),
            ReadSections(bytes, types, header, 16, 16, record => new BtfLineInfo(U32(record, 0), U32(record, 4), U32(record, 8), U32(record, 12))),
            header < LongHeader
                ? []
                : ReadSections(bytes, types, header, 24, 16, record => new BtfRelocation(U32(record, 0), U32(record, 4), U32(record, 8), (BtfRelocationKind)U32(record, 12))));
    }

    /// <summary>Reads the access of a relocation.</summary>
    /// <param name="relocation">The relocation.</param>
    /// <param name="types">The object's own types.</param>
    /// <returns>The numbers: an index into an array of the type first, then members and elements.</returns>
    /// <exception cref="BadFileException">The text is not of the form.</exception>
    public static IReadOnlyList<int> ReadAccess(BtfRelocation relocation, BtfFile types)
    {
        const int MostNumbers = 64;
        string text = Files.StringTable.Text(types.NameAt(relocation.AccessOffset));
        string[] parts = text.Split(':', MostNumbers + 1);
        int[] numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (i == MostNumbers || !int.TryParse(parts[i], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw new BadFileException(types.Name, Part, relocation.InstructionOffset, $"the access of a relocation of type {relocation.TypeId} is not numbers between colons.");
            }
        }

        return numbers;
    }

    // Each part: the size of a record, then for each section its name, the number of its records, the records.
    private static List<BtfSectionRecords<T>> ReadSections<T>(ReadOnlySpan<byte> bytes, BtfFile types, uint header, int field, uint least, RecordReader<T> read)
    {
        ulong start = (ulong)header + U32(bytes, field);
        uint length = U32(bytes, field + 4);
        if (start > (ulong)bytes.Length || length > (ulong)bytes.Length - start)
        {
            throw new BadFileException(types.Name, Part, (long)start, $"a part's {length} bytes reach beyond the end of the section, which has {bytes.Length} bytes.");
        }

        var sections = new List<BtfSectionRecords<T>>();
        ReadOnlySpan<byte> rest = bytes.Slice((int)start, (int)length);
        if (rest.Length < sizeof(uint))
        {
            return sections;
        }

        uint size = U32(rest, 0);
        if (size < least)
        {
            throw new BadFileException(types.Name, Part, (long)start, $"records of {size} bytes are fewer than the {least} that are known.");
        }

        for (rest = rest[sizeof(uint)..]; rest.Length >= 8;)
        {
            uint name = U32(rest, 0), count = U32(rest, 4);
            rest = rest[8..];
            if ((ulong)count * size > (ulong)rest.Length)
            {
                throw new BadFileException(types.Name, Part, (long)start, $"{count} records of {size} bytes reach beyond the end of their part.");
            }

            var records = new T[(int)count];
            for (int i = 0; i < records.Length; i++)
            {
                records[i] = read(rest[(int)(i * size)..]);
            }

            sections.Add(new BtfSectionRecords<T>(name, records));
            rest = rest[(int)(count * size)..];
        }

        return sections;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
