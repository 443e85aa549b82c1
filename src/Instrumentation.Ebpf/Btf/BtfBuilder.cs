using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Btf;

/// <summary>A member to be: its type is named by number, so that types can lead to each other.</summary>
/// <param name="Name">Its name; empty for an anonymous structure or union.</param>
/// <param name="Type">The number of its type.</param>
/// <param name="BitOffset">Where it begins, in bits.</param>
/// <param name="BitSize">The size of a bitfield in bits; 0 for what is none.</param>
internal readonly record struct BtfNewMember(string Name, uint Type, uint BitOffset, int BitSize = 0);

/// <summary>A parameter to be.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Type">The number of its type.</param>
internal readonly record struct BtfNewParameter(string Name, uint Type);

/// <summary>A variable of a section to be.</summary>
/// <param name="Type">The number of the variable.</param>
/// <param name="Offset">Where it is in the section, in bytes.</param>
/// <param name="Size">Its size in bytes.</param>
internal readonly record struct BtfNewSectionVariable(uint Type, uint Offset, uint Size);

/// <summary>
/// Writes the small BTF that the kernel wants beside some maps and programs: for keys and values of task storage, structures with timers, the
/// functions of a program. Types get numbers in the order in which they are added, and the same calls give the same bytes.
/// </summary>
internal sealed class BtfBuilder
{
    private const int MostParts = 0xffff;

    private readonly List<byte> _types = [];
    private readonly BtfStrings _strings;
    private readonly uint _firstId;
    private uint _count;

    /// <summary>Begins.</summary>
    /// <param name="underneath">The types that these are added to, as a module's are to the kernel's; null for a file that stands alone.</param>
    public BtfBuilder(BtfFile? underneath = null)
    {
        _strings = new BtfStrings(underneath?.StringsEnd ?? 0);
        _firstId = underneath?.TypeCount ?? 1;
    }

    /// <summary>The number that the next type will get: for types that lead to one that is not there yet.</summary>
    public uint NextId => _firstId + _count;

    /// <summary>Adds a string that no type has, for example the name of a line of source.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Its offset.</returns>
    public uint AddString(string text) => _strings.Add(text);

    /// <summary>Adds a whole number.</summary>
    /// <param name="name">Its name, for example <c>int</c>.</param>
    /// <param name="size">Its size in bytes: 1, 2, 4, 8 or 16.</param>
    /// <param name="isSigned">Whether it is signed.</param>
    /// <returns>The type's number.</returns>
    public uint AddInt(string name, int size, bool isSigned = false) => AddInt(name, size, isSigned ? 1u : 0u);

    /// <summary>Adds a character of one byte.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The type's number.</returns>
    public uint AddCharacter(string name = "char") => AddInt(name, 1, 2u);

    /// <summary>Adds a truth value of one byte.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The type's number.</returns>
    public uint AddBoolean(string name = "_Bool") => AddInt(name, 1, 4u);

    /// <summary>Adds a floating-point number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <returns>The type's number.</returns>
    public uint AddFloat(string name, int size) => Begin(name, BtfKind.Float, 0, false, (uint)size);

    /// <summary>Adds a pointer.</summary>
    /// <param name="target">The number of what it points to; 0 for void.</param>
    /// <returns>The type's number.</returns>
    public uint AddPointer(uint target) => Begin(string.Empty, BtfKind.Pointer, 0, false, target);

    /// <summary>Adds an array.</summary>
    /// <param name="element">The number of its elements' type.</param>
    /// <param name="index">The number of a whole number that counts them.</param>
    /// <param name="length">How many elements it has.</param>
    /// <returns>The type's number.</returns>
    public uint AddArray(uint element, uint index, uint length)
    {
        uint id = Begin(string.Empty, BtfKind.Array, 0, false, 0);
        Write(element);
        Write(index);
        Write(length);
        return id;
    }

    /// <summary>Adds a structure.</summary>
    /// <param name="name">Its name; may be empty.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="members">Its members.</param>
    /// <returns>The type's number.</returns>
    public uint AddStruct(string name, uint size, params ReadOnlySpan<BtfNewMember> members) => AddComposite(BtfKind.Struct, name, size, members);

    /// <summary>Adds a union.</summary>
    /// <param name="name">Its name; may be empty.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="members">Its members.</param>
    /// <returns>The type's number.</returns>
    public uint AddUnion(string name, uint size, params ReadOnlySpan<BtfNewMember> members) => AddComposite(BtfKind.Union, name, size, members);

    /// <summary>Adds an enumeration: of 32 bits if its values fit, else of 64.</summary>
    /// <param name="name">Its name; may be empty.</param>
    /// <param name="isSigned">Whether its values are signed.</param>
    /// <param name="values">Its values.</param>
    /// <returns>The type's number.</returns>
    public uint AddEnum(string name, bool isSigned, params ReadOnlySpan<BtfEnumValue> values)
    {
        bool isWide = false;
        foreach (BtfEnumValue value in values)
        {
            isWide |= isSigned ? value.Value != (int)value.Value : value.Value != (uint)value.Value;
        }

        uint id = Begin(name, isWide ? BtfKind.Enum64 : BtfKind.Enum, values.Length, isSigned, isWide ? 8u : 4u);
        foreach (BtfEnumValue value in values)
        {
            Write(_strings.Add(value.Name));
            Write(unchecked((uint)value.Value));
            if (isWide)
            {
                Write(unchecked((uint)(value.Value >> 32)));
            }
        }

        return id;
    }

    /// <summary>Adds the name of a structure or union that is not described.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isUnion">Whether it is a union.</param>
    /// <returns>The type's number.</returns>
    public uint AddForward(string name, bool isUnion = false) => Begin(name, BtfKind.Forward, 0, isUnion, 0);

    /// <summary>Adds another name of a type.</summary>
    /// <param name="name">The name.</param>
    /// <param name="target">The number of the type.</param>
    /// <returns>The new type's number.</returns>
    public uint AddTypedef(string name, uint target) => Begin(name, BtfKind.Typedef, 0, false, target);

    /// <summary>Adds const, volatile or restrict to a type.</summary>
    /// <param name="kind">Which of them.</param>
    /// <param name="target">The number of the type.</param>
    /// <returns>The new type's number.</returns>
    public uint AddQualifier(BtfKind kind, uint target) => kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict
        ? Begin(string.Empty, kind, 0, false, target)
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is no qualifier.");

    /// <summary>Adds the parameters and the result of a function.</summary>
    /// <param name="result">The number of the result's type; 0 for none.</param>
    /// <param name="parameters">The parameters.</param>
    /// <returns>The type's number.</returns>
    public uint AddPrototype(uint result, params ReadOnlySpan<BtfNewParameter> parameters)
    {
        uint id = Begin(string.Empty, BtfKind.FunctionPrototype, parameters.Length, false, result);
        foreach (BtfNewParameter parameter in parameters)
        {
            Write(_strings.Add(parameter.Name));
            Write(parameter.Type);
        }

        return id;
    }

    /// <summary>Adds a function.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="prototype">The number of its prototype.</param>
    /// <param name="isGlobal">Whether the verifier checks it by itself, as it does global functions, rather than at each call.</param>
    /// <returns>The type's number.</returns>
    public uint AddFunction(string name, uint prototype, bool isGlobal = false) => Begin(name, BtfKind.Function, isGlobal ? 1 : 0, false, prototype);

    /// <summary>Adds a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The number of its type.</param>
    /// <param name="isGlobal">Whether it is seen outside of its object file.</param>
    /// <returns>The type's number.</returns>
    public uint AddVariable(string name, uint type, bool isGlobal = true)
    {
        uint id = Begin(name, BtfKind.Variable, 0, false, type);
        Write(isGlobal ? 1u : 0u);
        return id;
    }

    /// <summary>Adds a section of variables.</summary>
    /// <param name="name">The section's name.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="variables">Its variables, by rising offset.</param>
    /// <returns>The type's number.</returns>
    public uint AddSection(string name, uint size, params ReadOnlySpan<BtfNewSectionVariable> variables)
    {
        uint id = Begin(name, BtfKind.DataSection, variables.Length, false, size);
        foreach (BtfNewSectionVariable variable in variables)
        {
            Write(variable.Type);
            Write(variable.Offset);
            Write(variable.Size);
        }

        return id;
    }

    /// <summary>Adds a mark on a type.</summary>
    /// <param name="mark">The mark, for example <c>user</c>.</param>
    /// <param name="target">The number of the type.</param>
    /// <returns>The new type's number.</returns>
    public uint AddTypeTag(string mark, uint target) => Begin(mark, BtfKind.TypeTag, 0, false, target);

    /// <summary>Adds a mark on a declaration.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="target">The number of the structure, function or variable.</param>
    /// <param name="component">Which member or parameter; -1 for the whole.</param>
    /// <returns>The type's number.</returns>
    public uint AddDeclarationTag(string mark, uint target, int component = -1)
    {
        uint id = Begin(mark, BtfKind.DeclarationTag, 0, false, target);
        Write(unchecked((uint)component));
        return id;
    }

    /// <summary>Writes everything that was added.</summary>
    /// <returns>The bytes, as bpf(BPF_BTF_LOAD) and <see cref="BtfFile.Parse"/> take them.</returns>
    public byte[] Build()
    {
        byte[] bytes = new byte[BtfLayout.HeaderSize + _types.Count + _strings.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, BtfLayout.Magic);
        bytes[2] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), BtfLayout.HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)_types.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), (uint)_types.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), (uint)_strings.Length);
        _types.CopyTo(bytes, BtfLayout.HeaderSize);
        _strings.CopyTo(bytes.AsSpan(BtfLayout.HeaderSize + _types.Count));
        return bytes;
    }

    // The kernel takes one encoding, not several at once: a character that is signed is refused.
    private uint AddInt(string name, int size, uint encoding)
    {
        if (size is not (1 or 2 or 4 or 8 or 16))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "A whole number has 1, 2, 4, 8 or 16 bytes.");
        }

        uint id = Begin(name, BtfKind.Int, 0, false, (uint)size);
        Write((encoding << 24) | ((uint)size * 8));
        return id;
    }

    private uint AddComposite(BtfKind kind, string name, uint size, ReadOnlySpan<BtfNewMember> members)
    {
        bool hasBitfields = false;
        foreach (BtfNewMember member in members)
        {
            hasBitfields |= member.BitSize != 0;
        }

        uint id = Begin(name, kind, members.Length, hasBitfields, size);
        foreach (BtfNewMember member in members)
        {
            if (hasBitfields && (member.BitOffset > 0xffffff || member.BitSize is < 0 or > 0xff))
            {
                throw new ArgumentOutOfRangeException(nameof(members), member.Name, "A structure with bitfields has offsets of 24 bits and sizes of 8.");
            }

            Write(_strings.Add(member.Name));
            Write(member.Type);
            Write(hasBitfields ? ((uint)member.BitSize << 24) | member.BitOffset : member.BitOffset);
        }

        return id;
    }

    private uint Begin(string name, BtfKind kind, int count, bool flag, uint sizeOrType)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostParts);
        Write(_strings.Add(name));
        Write(((uint)kind << 24) | (uint)count | (flag ? 1u << 31 : 0));
        Write(sizeOrType);
        return _firstId + _count++;
    }

    private void Write(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _types.AddRange(bytes);
    }
}
