using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Btf;

/// <summary>Where the parts of a BTF file are, checked against its length.</summary>
/// <param name="TypesStart">Where the types begin.</param>
/// <param name="TypesEnd">Where they end.</param>
/// <param name="StringsStart">Where the strings begin.</param>
/// <param name="StringsLength">How many bytes of strings there are.</param>
internal readonly record struct BtfLayout(int TypesStart, int TypesEnd, int StringsStart, int StringsLength)
{
    /// <summary>The size of the header in bytes; a newer one may have more.</summary>
    public const int HeaderSize = 24;

    /// <summary>What the format begins with.</summary>
    public const ushort Magic = 0xEB9F;

    private const string Part = "the BTF header";

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="name">What errors shall call it.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="BadFileException">It is no BTF of this processor's byte order, or is cut off.</exception>
    public static BtfLayout Read(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < HeaderSize)
        {
            throw new BadFileException(name, Part, 0, $"it has {bytes.Length} bytes, fewer than a BTF header.");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Magic || bytes[2] != 1)
        {
            throw new BadFileException(name, Part, 0, "it does not begin as little-endian BTF of version 1 does.");
        }

        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (header < HeaderSize || header > bytes.Length)
        {
            throw new BadFileException(name, Part, 4, $"its size is said to be {header} bytes.");
        }

        (int types, int typesLength) = Section(bytes, name, header, 8, "the types");
        (int strings, int stringsLength) = Section(bytes, name, header, 16, "the strings");
        if (types % sizeof(uint) != 0 && typesLength > 0)
        {
            throw new BadFileException(name, "the types", types, "they are not aligned.");
        }

        return new BtfLayout(types, types + typesLength, strings, stringsLength);
    }

    private static (int Start, int Length) Section(ReadOnlySpan<byte> bytes, string name, uint header, int at, string part)
    {
        ulong start = (ulong)header + BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        if (start > (ulong)bytes.Length || length > (ulong)bytes.Length - start)
        {
            throw new BadFileException(name, part, (long)start, $"their {length} bytes reach beyond the end of the file, which has {bytes.Length} bytes.");
        }

        return ((int)start, (int)length);
    }
}
