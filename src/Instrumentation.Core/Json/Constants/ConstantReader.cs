using System.Globalization;
using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Scalars as constants of a type, exactly: a number that the type does not hold is none of its constants.</summary>
internal static class ConstantReader
{
    private static readonly Type[] Integers = [typeof(int), typeof(long), typeof(ulong)];

    /// <summary>Reads a scalar as a constant of a type.</summary>
    /// <param name="token">The scalar.</param>
    /// <param name="type">The type.</param>
    /// <param name="value">The constant.</param>
    /// <returns>False when the scalar is no constant of the type.</returns>
    public static bool TryRead(LiteralToken token, Type type, out object? value)
    {
        value = null;
        if (token.Kind == JsonValueKind.Null)
        {
            return !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        value = token.Kind switch
        {
            JsonValueKind.True or JsonValueKind.False => type == typeof(bool) ? token.Kind == JsonValueKind.True : null,
            _ when type.IsEnum => EnumConstants.Read(token, type),
            JsonValueKind.String or JsonValueKind.Number => Scalar(token, type),
            _ => null,
        };
        return value is not null;
    }

    /// <summary>The type that a scalar has where nothing around it says one.</summary>
    /// <param name="token">The scalar.</param>
    /// <returns>int, long or ulong, the first that holds a whole number; double, bool; null for what needs a type.</returns>
    public static Type? NaturalType(LiteralToken token) => token.Kind switch
    {
        JsonValueKind.True or JsonValueKind.False => typeof(bool),
        JsonValueKind.Number when token.Text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 => typeof(double),
        JsonValueKind.Number => Integers.FirstOrDefault(type => TryRead(token, type, out _)),
        _ => null,
    };

    private static object? Scalar(LiteralToken token, Type type)
    {
        string text = token.Text;
        bool isString = token.Kind == JsonValueKind.String;
        if (type == typeof(char))
        {
            return isString
                ? text.Length == 1 ? text[0] : null
                : Integer(text) is { } unit && unit >= 0 && unit <= char.MaxValue ? (char)unit : null;
        }

        if (type == typeof(CodeAddress))
        {
            return Integer(text) is { } address && address >= 0 && address <= ulong.MaxValue ? new CodeAddress((ulong)address) : null;
        }

        if (!type.IsValueType)
        {
            return isString && type.IsAssignableFrom(typeof(string)) ? text : null;
        }

        if (type == typeof(double) || type == typeof(float))
        {
            return Fraction(text, isString, type);
        }

        return ExpressionTypes.IsInteger(type) && Integer(text) is { } number ? OfInteger(number, type) : null;
    }

    private static object? Fraction(string text, bool isString, Type type)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (isString)
        {
            double? special = text switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => null };
            return special is { } value ? Boxed(value, type) : null;
        }

        // A float is parsed as one: by way of double it could be rounded twice.
        if (type == typeof(float))
        {
            return float.TryParse(text, Styles, CultureInfo.InvariantCulture, out float single) && float.IsFinite(single) ? single : null;
        }

        return double.TryParse(text, Styles, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
    }

    private static object Boxed(double value, Type type) => type == typeof(float) ? (object)(float)value : value;

    private static Int128? Integer(string text) =>
        text.Length <= 40 && Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number) ? number : null;

    private static object? OfInteger(Int128 number, Type type)
    {
        TypeCode code = ExpressionTypes.NumberOf(type);
        bool isUnsigned = ExpressionTypes.IsUnsigned(code);
        Int128 most = ((Int128)1 << (isUnsigned ? Bits(type) : Bits(type) - 1)) - 1;
        if (number > most || number < (isUnsigned ? 0 : -most - 1))
        {
            return null;
        }

        object value = NumberConversion.FromBits(unchecked((long)number), code);
        return value switch
        {
            long native when type == typeof(nint) => (nint)native,
            ulong native when type == typeof(nuint) => (nuint)native,
            _ => value,
        };
    }

    private static int Bits(Type type) => type == typeof(nint) || type == typeof(nuint)
        ? IntPtr.Size * 8
        : Type.GetTypeCode(type) switch
        {
            TypeCode.SByte or TypeCode.Byte => 8,
            TypeCode.Int16 or TypeCode.UInt16 => 16,
            TypeCode.Int32 or TypeCode.UInt32 => 32,
            _ => 64,
        };
}
