using System.Globalization;
using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>Constants of enums: by name, several names with commas for flags, or by number where there is no name.</summary>
internal static class EnumConstants
{
    /// <summary>Reads a scalar as a value of an enum.</summary>
    /// <param name="token">The scalar.</param>
    /// <param name="type">The enum.</param>
    /// <returns>The value, or null when it is none.</returns>
    public static object? Read(LiteralToken token, Type type) => token.Kind switch
    {
        JsonValueKind.String when token.Text.Length > 0 && (char.IsLetter(token.Text[0]) || token.Text[0] == '_') => Enum.TryParse(type, token.Text, out object? value) ? value : null,
        JsonValueKind.Number or JsonValueKind.String when ConstantReader.TryRead(token, Underlying(type), out object? number) => Enum.ToObject(type, number!),
        _ => null,
    };

    /// <summary>The scalar for a value of an enum.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The enum.</param>
    /// <returns>Its name or names, or its number.</returns>
    public static LiteralToken Write(object value, Type type)
    {
        LiteralToken named = LiteralToken.String(value.ToString()!);
        return value.Equals(Read(named, type))
            ? named
            : ConstantWriter.Scalar(((IConvertible)value).ToType(Underlying(type), CultureInfo.InvariantCulture), Underlying(type))!.Value;
    }

    private static Type Underlying(Type type) => Enum.GetUnderlyingType(type);
}
