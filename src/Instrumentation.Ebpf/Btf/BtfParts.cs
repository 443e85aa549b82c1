namespace Instrumentation.Ebpf.Btf;

/// <summary>A member of a structure or union.</summary>
/// <param name="Name">Its name; empty for an anonymous structure or union, whose members count as the outer one's.</param>
/// <param name="Type">Its type.</param>
/// <param name="BitOffset">Where it begins, in bits.</param>
/// <param name="BitSize">The size of a bitfield in bits; 0 for what is none.</param>
internal readonly record struct BtfMember(string Name, BtfType Type, uint BitOffset, int BitSize);

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name; empty if it has none.</param>
/// <param name="Type">Its type; void, as the last one, for the three dots of a function with any number of arguments.</param>
internal readonly record struct BtfParameter(string Name, BtfType Type);

/// <summary>A value of an enumeration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its number; of an unsigned one above the largest signed number, the same bits.</param>
internal readonly record struct BtfEnumValue(string Name, long Value);

/// <summary>A variable of a section.</summary>
/// <param name="Type">The variable: a type of kind <see cref="BtfKind.Variable"/>.</param>
/// <param name="Offset">Where it is in the section, in bytes.</param>
/// <param name="Size">Its size in bytes.</param>
internal readonly record struct BtfSectionVariable(BtfType Type, uint Offset, uint Size);
