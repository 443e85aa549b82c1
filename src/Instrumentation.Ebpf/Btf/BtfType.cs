using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Btf;

/// <summary>
/// One type. It is read from the bytes of its file when asked: the hundred thousand types of a kernel make no objects. A property that the
/// type's kind does not have is zero, empty or void.
/// </summary>
internal readonly struct BtfType : IEquatable<BtfType>
{
    // Far above what compilers write; a type that leads to itself ends here.
    private const int MostLayers = 256;

    private readonly BtfRecord _record;

    /// <summary>Creates the view of one type.</summary>
    /// <param name="file">The file that the type is in.</param>
    /// <param name="id">Its number.</param>
    /// <param name="record">Its record.</param>
    public BtfType(BtfFile file, uint id, BtfRecord record)
    {
        File = file;
        Id = id;
        _record = record;
    }

    /// <summary>The file that the type is in.</summary>
    public BtfFile File { get; }

    /// <summary>Its number, as the kernel knows it.</summary>
    public uint Id { get; }

    /// <summary>Its kind.</summary>
    public BtfKind Kind => _record.Kind;

    /// <summary>Its name; empty for none.</summary>
    public string Name => StringTable.Text(NameUtf8);

    /// <summary>The bytes of its name.</summary>
    public ReadOnlySpan<byte> NameUtf8 => Kind == BtfKind.Void ? default : File.NameAt(_record.NameOffset);

    /// <summary>How many members, parameters, values or variables it has.</summary>
    public int Count => _record.Count;

    /// <summary>The flag of the record: bitfields in a structure, signed values in an enumeration, a union in a forward declaration.</summary>
    public bool Flag => _record.Flag;

    /// <summary>Whether it is a structure or union.</summary>
    public bool IsComposite => Kind is BtfKind.Struct or BtfKind.Union;

    /// <summary>The size that the record has, in bytes: of numbers, structures, unions, enumerations and sections; 0 for others.</summary>
    public uint RecordSize => Kind is BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSection
        ? _record.SizeOrType
        : 0;

    /// <summary>
    /// The type that it is made of: what a pointer points to, what a typedef or qualifier stands for, the elements of an array, the prototype
    /// of a function, the result of a prototype, the type of a variable.
    /// </summary>
    /// <exception cref="BadFileException">There is no such type in the file.</exception>
    public BtfType Target => Kind switch
    {
        BtfKind.Array => Refer(File.ArrayOf(_record).Element),
        BtfKind.Void or BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSection or BtfKind.Forward => File.Void,
        _ => Refer(_record.SizeOrType),
    };

    /// <summary>How many elements an array has.</summary>
    public uint Length => Kind == BtfKind.Array ? File.ArrayOf(_record).Length : 0;

    /// <summary>Whether a whole number or the values of an enumeration are signed.</summary>
    public bool IsSigned => Kind switch
    {
        BtfKind.Int => (File.ExtraOf(_record) >> 24 & 1) != 0,
        BtfKind.Enum or BtfKind.Enum64 => Flag,
        _ => false,
    };

    /// <summary>Whether a whole number is a character.</summary>
    public bool IsCharacter => Kind == BtfKind.Int && ((File.ExtraOf(_record) >> 24 & 2) != 0 || (RecordSize == 1 && NameUtf8.SequenceEqual("char"u8)));

    /// <summary>Whether a whole number is a truth value.</summary>
    public bool IsBoolean => Kind == BtfKind.Int && (File.ExtraOf(_record) >> 24 & 4) != 0;

    /// <summary>The bits that a whole number has, which in old files may be fewer than its bytes.</summary>
    public int IntBits => Kind == BtfKind.Int ? (int)(File.ExtraOf(_record) & 0xff) : 0;

    /// <summary>By how many bits a whole number of an old file is shifted in its bytes.</summary>
    public uint IntBitOffset => Kind == BtfKind.Int ? (File.ExtraOf(_record) >> 16) & 0xff : 0;

    /// <summary>The linkage of a function or variable: 0 static, 1 global, 2 external.</summary>
    public int Linkage => Kind switch { BtfKind.Function => Count, BtfKind.Variable => (int)File.ExtraOf(_record), _ => 0 };

    /// <summary>Which member or parameter a mark on a declaration is for; -1 for the declaration itself.</summary>
    public int ComponentIndex => Kind == BtfKind.DeclarationTag ? (int)File.ExtraOf(_record) : -1;

    /// <summary>A member of a structure or union.</summary>
    /// <param name="index">Its number.</param>
    /// <returns>The member.</returns>
    /// <exception cref="BadFileException">Its type is not in the file.</exception>
    public BtfMember GetMember(int index) => File.MemberOf(this, _record, index);

    /// <summary>The bytes of the name of a member, parameter or value.</summary>
    /// <param name="index">Its number.</param>
    /// <returns>The name.</returns>
    public ReadOnlySpan<byte> GetPartNameUtf8(int index) => File.PartNameOf(_record, index);

    /// <summary>A parameter of a prototype.</summary>
    /// <param name="index">Its number.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="BadFileException">Its type is not in the file.</exception>
    public BtfParameter GetParameter(int index) => File.ParameterOf(this, _record, index);

    /// <summary>A value of an enumeration.</summary>
    /// <param name="index">Its number.</param>
    /// <returns>The value.</returns>
    public BtfEnumValue GetEnumValue(int index) => File.EnumValueOf(_record, index);

    /// <summary>A variable of a section.</summary>
    /// <param name="index">Its number.</param>
    /// <returns>The variable.</returns>
    /// <exception cref="BadFileException">Its type is not in the file.</exception>
    public BtfSectionVariable GetVariable(int index) => File.VariableOf(this, _record, index);

    /// <summary>What the type is without typedefs, qualifiers and marks.</summary>
    /// <returns>A type that is none of these.</returns>
    /// <exception cref="BadFileException">The layers have no end, or lead to a type that is not in the file.</exception>
    public BtfType Peel()
    {
        BtfType type = this;
        for (int layer = 0; layer < MostLayers; layer++)
        {
            if (type.Kind is not (BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag))
            {
                return type;
            }

            type = type.Target;
        }

        throw File.Bad(Id, "its typedefs and qualifiers have no end.");
    }

    /// <summary>Whether a pointer is marked as one into the memory of the process (__user). Only kernels built by clang have the marks.</summary>
    /// <returns>True if it is; false for any other type, or without marks.</returns>
    /// <exception cref="BadFileException">The layers lead to a type that is not in the file.</exception>
    public bool IsUserPointer()
    {
        BtfType bare = Peel();
        BtfType type = bare.Target;
        for (int layer = 0; bare.Kind == BtfKind.Pointer && layer < MostLayers; layer++)
        {
            if (type.Kind == BtfKind.TypeTag && type.NameUtf8.SequenceEqual("user"u8))
            {
                return true;
            }

            if (type.Kind is not (BtfKind.TypeTag or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict))
            {
                return false;
            }

            type = type.Target;
        }

        return false;
    }

    /// <summary>The size of a value of the type.</summary>
    /// <returns>The size in bytes; 0 for what has no values: void, functions, forward declarations, arrays of no length.</returns>
    /// <exception cref="BadFileException">The layers have no end, or the size is beyond all memory.</exception>
    public long ByteSize()
    {
        BtfType type = Peel();
        long elements = 1;
        for (int layer = 0; layer < MostLayers; layer++)
        {
            if (type.Kind != BtfKind.Array)
            {
                long size = type.Kind switch
                {
                    BtfKind.Pointer => sizeof(ulong),
                    _ => type.RecordSize,
                };
                return elements * size;
            }

            elements *= type.Length;
            if (elements > int.MaxValue)
            {
                throw File.Bad(Id, $"its arrays have {elements} elements, more than there can be.");
            }

            type = type.Target.Peel();
        }

        throw File.Bad(Id, "its arrays have no end.");
    }

    /// <summary>The whole structure or union of a forward declaration.</summary>
    /// <returns>The structure or union, if the file has one of the name; else, and for any other type, the type itself.</returns>
    public BtfType Complete() =>
        Kind == BtfKind.Forward && File.Find(NameUtf8, Flag ? BtfKind.Union : BtfKind.Struct) is { } whole ? whole : this;

    /// <inheritdoc/>
    public bool Equals(BtfType other) => ReferenceEquals(File, other.File) && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BtfType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Id;

    /// <summary>The type as C writes it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => File is null ? "void" : BtfText.Of(this);

    private BtfType Refer(uint id) => File.Refer(Id, id);
}
