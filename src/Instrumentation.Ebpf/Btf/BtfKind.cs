namespace Instrumentation.Ebpf.Btf;

/// <summary>The kinds of types, numbered as in the format.</summary>
internal enum BtfKind : byte
{
    /// <summary>No type: void.</summary>
    Void = 0,

    /// <summary>A whole number.</summary>
    Int = 1,

    /// <summary>A pointer.</summary>
    Pointer = 2,

    /// <summary>An array.</summary>
    Array = 3,

    /// <summary>A structure.</summary>
    Struct = 4,

    /// <summary>A union.</summary>
    Union = 5,

    /// <summary>An enumeration with values of 32 bits.</summary>
    Enum = 6,

    /// <summary>A structure or union of which only the name is known.</summary>
    Forward = 7,

    /// <summary>Another name of a type.</summary>
    Typedef = 8,

    /// <summary>A type with volatile.</summary>
    Volatile = 9,

    /// <summary>A type with const.</summary>
    Const = 10,

    /// <summary>A type with restrict.</summary>
    Restrict = 11,

    /// <summary>A function.</summary>
    Function = 12,

    /// <summary>The parameters and result of a function.</summary>
    FunctionPrototype = 13,

    /// <summary>A variable.</summary>
    Variable = 14,

    /// <summary>A section of variables.</summary>
    DataSection = 15,

    /// <summary>A floating-point number.</summary>
    Float = 16,

    /// <summary>A mark on a declaration.</summary>
    DeclarationTag = 17,

    /// <summary>A mark on a type.</summary>
    TypeTag = 18,

    /// <summary>An enumeration with values of 64 bits.</summary>
    Enum64 = 19,
}
