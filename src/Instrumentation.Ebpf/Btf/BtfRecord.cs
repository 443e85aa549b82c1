using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Btf;

/// <summary>The head of a type's record, which is the same for all kinds, and where the rest of the record is.</summary>
/// <param name="NameOffset">Where the name is in the strings.</param>
/// <param name="Info">Kind, count and flag.</param>
/// <param name="SizeOrType">A size in bytes or the number of a type, depending on the kind.</param>
/// <param name="Parts">Where what follows the head begins in the file.</param>
internal readonly record struct BtfRecord(uint NameOffset, uint Info, uint SizeOrType, int Parts)
{
    /// <summary>The size of the head in bytes.</summary>
    public const int HeadSize = 12;

    /// <summary>The type's kind; a number above <see cref="BtfKind.Enum64"/> is none that is known.</summary>
    public BtfKind Kind => (BtfKind)((Info >> 24) & 0x1f);

    /// <summary>How many parts follow.</summary>
    public int Count => (int)(Info & 0xffff);

    /// <summary>The flag.</summary>
    public bool Flag => Info >> 31 != 0;

    /// <summary>The size of what follows the head, in bytes; -1 for a kind that is not known.</summary>
    public int PartsSize => Kind switch
    {
        BtfKind.Int or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => Count * 12,
        BtfKind.Enum or BtfKind.FunctionPrototype => Count * 8,
        BtfKind.Void or > BtfKind.Enum64 => -1,
        _ => 0,
    };

    /// <summary>The size of one part in bytes.</summary>
    public int PartSize => Kind is BtfKind.Enum or BtfKind.FunctionPrototype ? 8 : 12;

    /// <summary>Reads a head.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="at">Where the head is.</param>
    /// <returns>The head.</returns>
    public static BtfRecord Read(ReadOnlySpan<byte> bytes, int at)
    {
        ReadOnlySpan<byte> head = bytes.Slice(at, HeadSize);
        return new BtfRecord(
            BinaryPrimitives.ReadUInt32LittleEndian(head),
            BinaryPrimitives.ReadUInt32LittleEndian(head[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(head[8..]),
            at + HeadSize);
    }
}
