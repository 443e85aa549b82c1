namespace Instrumentation.Expressions;

/// <summary>How the values of CLR types are represented while an expression is evaluated, the same in every backend.</summary>
internal static class ExpressionTypes
{
    /// <summary>The number that a type's values are: an integer, char or floating-point type, an enum as its underlying type, nint and nuint as 64 bits.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The number's code, or <see cref="TypeCode.Empty"/> when the type is no number.</returns>
    public static TypeCode NumberOf(Type type)
    {
        if (type == typeof(nint))
        {
            return TypeCode.Int64;
        }

        if (type == typeof(nuint))
        {
            return TypeCode.UInt64;
        }

        TypeCode code = Type.GetTypeCode(type);
        return code is >= TypeCode.Char and <= TypeCode.Double ? code : TypeCode.Empty;
    }

    /// <summary>
    /// The primitive that represents a type's values: its number; <see cref="TypeCode.Boolean"/>; a duration as <see cref="TypeCode.Int64"/>
    /// (nanoseconds); a code address as <see cref="TypeCode.UInt64"/>; <see cref="TypeCode.Object"/> for references and other structs.
    /// </summary>
    /// <param name="type">The type.</param>
    /// <returns>The primitive's code.</returns>
    public static TypeCode RepresentationOf(Type type)
    {
        if (type == typeof(bool))
        {
            return TypeCode.Boolean;
        }

        if (type == typeof(TimeSpan))
        {
            return TypeCode.Int64;
        }

        if (type == typeof(CodeAddress))
        {
            return TypeCode.UInt64;
        }

        TypeCode number = NumberOf(type);
        return number == TypeCode.Empty ? TypeCode.Object : number;
    }

    /// <summary>Whether a type is represented by a primitive rather than by a reference or a struct.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is.</returns>
    public static bool IsPrimitive(Type type) => RepresentationOf(type) != TypeCode.Object;

    /// <summary>Whether memory outside of .NET can be read as a type: a primitive, but no duration, whose unit is .NET's; or a string.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it can.</returns>
    public static bool IsReadable(Type type) => type == typeof(string) || (IsPrimitive(type) && type != typeof(TimeSpan));

    /// <summary>Whether a type is an integer proper: of any width and sign, but no char, bool or enum.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is.</returns>
    public static bool IsInteger(Type type) => !type.IsEnum && NumberOf(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    /// <summary>Whether a type is a struct that no primitive represents.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is.</returns>
    public static bool IsStruct(Type type) => type.IsValueType && !IsPrimitive(type);

    /// <summary>Whether numbers with a code are floating-point numbers.</summary>
    /// <param name="code">The code.</param>
    /// <returns>True for float and double.</returns>
    public static bool IsFloating(TypeCode code) => code is TypeCode.Single or TypeCode.Double;

    /// <summary>Whether numbers with a code have no sign.</summary>
    /// <param name="code">The code.</param>
    /// <returns>True for the unsigned integers, char and bool.</returns>
    public static bool IsUnsigned(TypeCode code) =>
        code is TypeCode.Boolean or TypeCode.Char or TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64;

    /// <summary>Whether numbers with a code take 64 bits on the evaluation stack.</summary>
    /// <param name="code">The code.</param>
    /// <returns>True for long and ulong.</returns>
    public static bool IsWide(TypeCode code) => code is TypeCode.Int64 or TypeCode.UInt64;
}
