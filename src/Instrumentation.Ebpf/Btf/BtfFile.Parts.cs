using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Btf;

/// <content>What follows the head of a type's record. That it is inside the file was checked when the file was opened.</content>
internal sealed partial class BtfFile
{
    /// <summary>An error about a type of this file.</summary>
    /// <param name="id">The type's number.</param>
    /// <param name="why">What is wrong.</param>
    /// <returns>The error.</returns>
    public BadFileException Bad(uint id, string why)
    {
        uint index = id - FirstId;
        return new BadFileException(Name, $"type {id}", index < (uint)_records.Length ? _records[index] : 0, why);
    }

    /// <summary>A type that another one refers to.</summary>
    /// <param name="from">The number of the one that refers.</param>
    /// <param name="id">The number that it names.</param>
    /// <returns>The type.</returns>
    /// <exception cref="BadFileException">There is no such type.</exception>
    public BtfType Refer(uint from, uint id) =>
        TryGetType(id, out BtfType type) ? type : throw Bad(from, $"it refers to type {id}, and there are {TypeCount}.");

    /// <summary>The four bytes behind the head of a number, variable or mark.</summary>
    /// <param name="record">The record's head.</param>
    /// <returns>The value.</returns>
    public uint ExtraOf(BtfRecord record) => U32(record.Parts);

    /// <summary>What an array is made of.</summary>
    /// <param name="record">The record's head.</param>
    /// <returns>The type of elements, and how many.</returns>
    public (uint Element, uint Length) ArrayOf(BtfRecord record) => (U32(record.Parts), U32(record.Parts + 8));

    /// <summary>The name of a member, parameter or value.</summary>
    /// <param name="record">The record's head.</param>
    /// <param name="index">Which one.</param>
    /// <returns>The name's bytes.</returns>
    public ReadOnlySpan<byte> PartNameOf(BtfRecord record, int index) => NameAt(U32(PartAt(record, index)));

    /// <summary>A member of a structure or union.</summary>
    /// <param name="type">The type.</param>
    /// <param name="record">The record's head.</param>
    /// <param name="index">Which one.</param>
    /// <returns>The member.</returns>
    public BtfMember MemberOf(BtfType type, BtfRecord record, int index)
    {
        int at = PartAt(record, index);
        uint offset = U32(at + 8);
        BtfType target = Refer(type.Id, U32(at + 4));
        string name = StringTable.Text(NameAt(U32(at)));
        if (record.Flag)
        {
            return new BtfMember(name, target, offset & 0xffffff, (int)(offset >> 24));
        }

        // Before the flag existed, a bitfield was a member whose type is a number of fewer bits than its bytes have, or shifted in them.
        return target.Kind == BtfKind.Int && target.IntBits != (long)target.RecordSize * 8
            ? new BtfMember(name, target, unchecked(offset + target.IntBitOffset), target.IntBits)
            : new BtfMember(name, target, offset, 0);
    }

    /// <summary>A parameter of a prototype.</summary>
    /// <param name="type">The type.</param>
    /// <param name="record">The record's head.</param>
    /// <param name="index">Which one.</param>
    /// <returns>The parameter.</returns>
    public BtfParameter ParameterOf(BtfType type, BtfRecord record, int index)
    {
        int at = PartAt(record, index);
        return new BtfParameter(StringTable.Text(NameAt(U32(at))), Refer(type.Id, U32(at + 4)));
    }

    /// <summary>A value of an enumeration.</summary>
    /// <param name="record">The record's head.</param>
    /// <param name="index">Which one.</param>
    /// <returns>The value.</returns>
    public BtfEnumValue EnumValueOf(BtfRecord record, int index)
    {
        int at = PartAt(record, index);
        uint low = U32(at + 4);
        long value = record.Kind == BtfKind.Enum64
            ? unchecked((long)(((ulong)U32(at + 8) << 32) | low))
            : record.Flag ? unchecked((int)low) : low;
        return new BtfEnumValue(StringTable.Text(NameAt(U32(at))), value);
    }

    /// <summary>A variable of a section.</summary>
    /// <param name="type">The type.</param>
    /// <param name="record">The record's head.</param>
    /// <param name="index">Which one.</param>
    /// <returns>The variable.</returns>
    public BtfSectionVariable VariableOf(BtfType type, BtfRecord record, int index)
    {
        int at = PartAt(record, index);
        return new BtfSectionVariable(Refer(type.Id, U32(at)), U32(at + 4), U32(at + 8));
    }

    private static int PartAt(BtfRecord record, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, record.Count);
        return record.Parts + (index * record.PartSize);
    }

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));
}
