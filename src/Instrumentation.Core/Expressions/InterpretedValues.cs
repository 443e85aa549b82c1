using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Instrumentation.Expressions;

/// <summary>
/// The values that the interpreter works on: primitives boxed as <see cref="ExpressionTypes.RepresentationOf"/> says (so a duration is a
/// long of nanoseconds, an enum its number), references as they are, other structs boxed, a nullable without value as null.
/// </summary>
internal static class InterpretedValues
{
    /// <summary>An ordinary object as a value of a type.</summary>
    /// <param name="value">The object.</param>
    /// <param name="type">The type.</param>
    /// <param name="result">The value; the type's default when the object is none.</param>
    /// <returns>False when the object is no value of the type: a fault.</returns>
    [RequiresUnreferencedCode(ExpressionInterpreter.NeedsMetadata)]
    public static bool TryLoad(object? value, Type type, out object? result)
    {
        TypeCode representation = ExpressionTypes.RepresentationOf(type);
        if (representation == TypeCode.Object)
        {
            bool fits = value is null ? !type.IsValueType || Nullable.GetUnderlyingType(type) is not null : type.IsInstanceOfType(value);
            result = fits ? value : Default(type);
            return fits;
        }

        object? primitive = Primitive(value);
        bool usable = primitive is not null && (primitive is bool) == (representation == TypeCode.Boolean);
        result = !usable ? Default(type) : primitive is bool ? primitive : NumberConversion.Convert(primitive!, representation);
        return usable;
    }

    /// <summary>A type's default value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The value.</returns>
    [RequiresUnreferencedCode(ExpressionInterpreter.NeedsMetadata)]
    public static object? Default(Type type)
    {
        TypeCode representation = ExpressionTypes.RepresentationOf(type);
        return representation switch
        {
            TypeCode.Boolean => false,
            TypeCode.Object when !type.IsValueType || Nullable.GetUnderlyingType(type) is not null => null,
            TypeCode.Object => RuntimeHelpers.GetUninitializedObject(type),
            _ => NumberConversion.Convert(0, representation),
        };
    }

    /// <summary>An ordinary object as the primitive that represents it.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The boxed primitive; null when none represents it.</returns>
    public static object? Primitive(object? value) => value switch
    {
        null => null,
        TimeSpan duration => Durations.Of(duration),
        CodeAddress address => address.Value,
        nint number => (long)number,
        nuint number => (ulong)number,
        bool => value,
        Enum named => Underlying(named),
        _ => ExpressionTypes.NumberOf(value.GetType()) == TypeCode.Empty ? null : value,
    };

    private static object Underlying(Enum value) => ((IConvertible)value).ToType(Enum.GetUnderlyingType(value.GetType()), null);
}
