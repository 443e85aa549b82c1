namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// The classes of values on the evaluation stack (ECMA-335, I.12.3.2.1), as a set: what is not known exactly, as the instance of a generic
/// parameter or an enum of another module, is the set of all that it may be.
/// </summary>
[Flags]
internal enum StackTypes : byte
{
    /// <summary>No value: what a void method gives.</summary>
    None = 0,

    /// <summary>A 32-bit integer; smaller ones and booleans are widened to it.</summary>
    Int32 = 1,

    /// <summary>A 64-bit integer.</summary>
    Int64 = 2,

    /// <summary>A native integer, unmanaged pointer or function pointer.</summary>
    NativeInt = 4,

    /// <summary>Any integer.</summary>
    Integer = Int32 | Int64 | NativeInt,

    /// <summary>A floating-point number.</summary>
    Float = 8,

    /// <summary>A reference to an object.</summary>
    Object = 16,

    /// <summary>A managed pointer.</summary>
    Pointer = 32,

    /// <summary>What memory instructions take for an address. The JIT tolerates references here.</summary>
    Address = Integer | Pointer | Object,

    /// <summary>A value of a struct.</summary>
    Value = 64,

    /// <summary>A value type of another module: a struct or an enum.</summary>
    ValueOrEnum = Value | Integer,

    /// <summary>Nothing is known of it.</summary>
    Unknown = Integer | Float | Object | Pointer | Value,
}
