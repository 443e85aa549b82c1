namespace Instrumentation.Ebpf.Btf;

/// <summary>What a value is to a program that reads it.</summary>
internal enum BtfValueKind
{
    /// <summary>There is none: void, or a function.</summary>
    None,

    /// <summary>A whole number, also one of an enumeration.</summary>
    Integer,

    /// <summary>A truth value.</summary>
    Boolean,

    /// <summary>A pointer.</summary>
    Pointer,

    /// <summary>A floating-point number.</summary>
    Float,

    /// <summary>A structure or union.</summary>
    Composite,

    /// <summary>An array.</summary>
    Array,
}

/// <summary>What a value of a type is to a program that reads it: typedefs and qualifiers are looked through.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Type">Its type without typedefs and qualifiers.</param>
/// <param name="Size">Its size in bytes; 0 if it has none.</param>
/// <param name="IsSigned">Whether it is a signed number.</param>
internal readonly record struct BtfValue(BtfValueKind Kind, BtfType Type, long Size, bool IsSigned)
{
    /// <summary>Whether it is text: an array of characters, or a pointer to some.</summary>
    public bool IsText => Kind is BtfValueKind.Array or BtfValueKind.Pointer && Type.Target.Peel() is { IsCharacter: true };

    /// <summary>Whether it is an enumeration's value.</summary>
    public bool IsEnum => Type.Kind is BtfKind.Enum or BtfKind.Enum64;

    /// <summary>Describes the values of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The description.</returns>
    /// <exception cref="BadFileException">The type has no end, or leads to one that is not in the file.</exception>
    public static BtfValue Of(BtfType type)
    {
        BtfType bare = type.Peel();
        BtfValueKind kind = bare.Kind switch
        {
            BtfKind.Int => bare.IsBoolean ? BtfValueKind.Boolean : BtfValueKind.Integer,
            BtfKind.Enum or BtfKind.Enum64 => BtfValueKind.Integer,
            BtfKind.Pointer => BtfValueKind.Pointer,
            BtfKind.Float => BtfValueKind.Float,
            BtfKind.Struct or BtfKind.Union or BtfKind.Forward => BtfValueKind.Composite,
            BtfKind.Array => BtfValueKind.Array,
            _ => BtfValueKind.None,
        };
        return new BtfValue(kind, bare, kind == BtfValueKind.None ? 0 : bare.ByteSize(), bare.IsSigned);
    }
}
