using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Btf;

/// <summary>Which function begins at an instruction.</summary>
/// <param name="InstructionOffset">Where the instruction is in its section, in bytes.</param>
/// <param name="TypeId">The function's number in BTF.</param>
internal readonly record struct BtfFunctionInfo(uint InstructionOffset, uint TypeId);

/// <summary>Which line of source an instruction comes of.</summary>
/// <param name="InstructionOffset">Where the instruction is in its section, in bytes.</param>
/// <param name="FileOffset">Where the name of the source file is in BTF's strings.</param>
/// <param name="TextOffset">Where the text of the line is in BTF's strings.</param>
/// <param name="LineAndColumn">The line's number in the upper 22 bits, the column's in the lower 10.</param>
internal readonly record struct BtfLineInfo(uint InstructionOffset, uint FileOffset, uint TextOffset, uint LineAndColumn)
{
    /// <summary>The line's number.</summary>
    public int Line => (int)(LineAndColumn >> 10);

    /// <summary>The column's number.</summary>
    public int Column => (int)(LineAndColumn & 0x3ff);
}

/// <summary>What a CO-RE relocation asks of the target's types.</summary>
internal enum BtfRelocationKind : uint
{
    /// <summary>The offset of a member in bytes.</summary>
    FieldByteOffset = 0,

    /// <summary>The size of a member in bytes.</summary>
    FieldByteSize = 1,

    /// <summary>Whether there is the member.</summary>
    FieldExists = 2,

    /// <summary>Whether the member is signed.</summary>
    FieldIsSigned = 3,

    /// <summary>By how many bits a bitfield is shifted left after its load.</summary>
    FieldLeftShift = 4,

    /// <summary>By how many bits a bitfield is shifted right afterwards.</summary>
    FieldRightShift = 5,

    /// <summary>The type's number in the object's own types.</summary>
    LocalTypeId = 6,

    /// <summary>The type's number in the target's types.</summary>
    TargetTypeId = 7,

    /// <summary>Whether there is the type.</summary>
    TypeExists = 8,

    /// <summary>The size of the type in bytes.</summary>
    TypeSize = 9,

    /// <summary>Whether there is the value of an enumeration.</summary>
    EnumValueExists = 10,

    /// <summary>The value of an enumeration.</summary>
    EnumValue = 11,

    /// <summary>Whether the type fits the target's.</summary>
    TypeMatches = 12,
}

/// <summary>A CO-RE relocation: an instruction that is to be made for the target's types.</summary>
/// <param name="InstructionOffset">Where the instruction is in its section, in bytes.</param>
/// <param name="TypeId">The number of the type that the access begins at, in the object's own types.</param>
/// <param name="AccessOffset">Where the access is in BTF's strings: numbers of members and elements, as <c>0:1:2</c>.</param>
/// <param name="Kind">What is asked.</param>
internal readonly record struct BtfRelocation(uint InstructionOffset, uint TypeId, uint AccessOffset, BtfRelocationKind Kind);

/// <summary>What the compiler says of the instructions of one section.</summary>
/// <typeparam name="T">The kind of records.</typeparam>
/// <param name="NameOffset">Where the section's name is in BTF's strings.</param>
/// <param name="Records">The records in the order of the file.</param>
internal sealed record BtfSectionRecords<T>(uint NameOffset, IReadOnlyList<T> Records)
{
    /// <summary>The section's name.</summary>
    /// <param name="types">The object's own types, which have the strings.</param>
    /// <returns>The name.</returns>
    public string NameIn(BtfFile types) => StringTable.Text(types.NameAt(NameOffset));
}
