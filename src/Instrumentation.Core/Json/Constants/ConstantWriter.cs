using System.Globalization;
using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>
/// Writes constants: as a scalar where that reads back the same, a duration with its unit, anything else with its type. Whole numbers beyond 2^53, which
/// many readers of JSON round, are strings.
/// </summary>
internal static class ConstantWriter
{
    private const long Safe = 1L << 53;

    /// <summary>Whether a constant is written as a scalar alone.</summary>
    /// <param name="constant">The constant.</param>
    /// <param name="expected">The type that a scalar has at its place; null where nothing says one.</param>
    /// <returns>True when it is.</returns>
    public static bool IsScalar(ConstantExpression constant, Type? expected) =>
        Scalar(constant.Value, constant.Type) is { } token && ScalarReader.ReadsAs(token, expected, constant);

    /// <summary>Writes a constant.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="constant">The constant.</param>
    /// <param name="expected">The type that a scalar has here; null where nothing says one.</param>
    public static void Write(JsonOutput output, ConstantExpression constant, Type? expected)
    {
        if (constant is { Value: TimeSpan duration } && constant.Type == typeof(TimeSpan))
        {
            DurationJson.Write(output, duration.Ticks, Durations.NanosecondsPerTick);
            return;
        }

        LiteralToken? token = Scalar(constant.Value, constant.Type);
        if (token is { } scalar && IsScalar(constant, expected))
        {
            output.Value(scalar);
            return;
        }

        if (token is null && (constant.Value is not string || !constant.Type.IsAssignableFrom(typeof(string))))
        {
            throw output.Error(
                $"{ConstantText.Of(constant.Value)} as {TypeText.Of(constant.Type)} is no constant that a probe can have.",
                "Use numbers but decimal, bool, char, enums, strings, durations and null, each as its own type.");
        }

        output.BeginObject();
        output.Name("value");
        if (token is { } typed)
        {
            output.Value(typed);
        }
        else
        {
            Utf16(output, (string)constant.Value!);
        }

        TypeJson.Write(output, "type", constant.Type);
        output.End();
    }

    /// <summary>The scalar for a constant.</summary>
    /// <param name="value">The constant.</param>
    /// <param name="type">Its type.</param>
    /// <returns>The scalar; null when no scalar stands for it.</returns>
    public static LiteralToken? Scalar(object? value, Type type)
    {
        LiteralToken? token = value switch
        {
            null => LiteralToken.Null,
            bool truth => new LiteralToken(truth ? JsonValueKind.True : JsonValueKind.False, string.Empty),
            string text => LiteralToken.IsUnicode(text) ? LiteralToken.String(text) : null,
            char letter => char.IsSurrogate(letter) ? Integer(letter) : LiteralToken.String(letter.ToString()),
            double number => Fraction(number, number.ToString("R", CultureInfo.InvariantCulture)),
            float number => Fraction(number, number.ToString("R", CultureInfo.InvariantCulture)),
            CodeAddress address => Integer(address.Value),
            nint number => Integer((long)number),
            nuint number => Integer((ulong)number),
            ulong number => Integer(number),
            Enum => EnumConstants.Write(value, value.GetType()),
            _ when ExpressionTypes.IsInteger(value.GetType()) => Integer(NumberConversion.Bits(value)),
            _ => null,
        };
        return token is { } written && ConstantReader.TryRead(written, type, out object? read) && Equals(read, value) ? token : null;
    }

    /// <summary>The scalar for a whole number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>A number, or beyond 2^53 a string.</returns>
    public static LiteralToken Integer(Int128 number)
    {
        string text = number.ToString(CultureInfo.InvariantCulture);
        return number >= -Safe && number <= Safe ? LiteralToken.Number(text) : LiteralToken.String(text);
    }

    // Half of a surrogate pair cannot be part of a JSON string.
    private static void Utf16(JsonOutput output, string text)
    {
        output.BeginArray();
        foreach (char unit in text)
        {
            output.Value(Integer(unit));
        }

        output.End();
    }

    private static LiteralToken Fraction(double number, string text) => number switch
    {
        double.NaN => LiteralToken.String("NaN"),
        double.PositiveInfinity => LiteralToken.String("Infinity"),
        double.NegativeInfinity => LiteralToken.String("-Infinity"),
        _ => LiteralToken.Number(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text),
    };
}
