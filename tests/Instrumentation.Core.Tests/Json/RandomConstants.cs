using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Constants at random, often at the ends of their ranges.</summary>
internal static class RandomConstants
{
    private static readonly string[] Strings =
        ["", " ", "VIP", "duration", "thrownBy", "null", "\"\\/\b\f\n\r\t", "\0", "é", "😀", "\uD800", "a\uDC00b", "\uDE00\uD83D", "</script>", "'", "{\"value\":1}", "NaN", "5", new string('x', 300)];

    public static string Word(Random random)
    {
        const string Letters = "abzA_09.-+<>é😀'\"\\ $[]{}";
        string word = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Letters[random.Next(Letters.Length)]).Where(static letter => !char.IsSurrogate(letter)));
        return string.IsNullOrWhiteSpace(word) ? "w" : word;
    }

    /// <summary>A constant of a type; null when the type has none.</summary>
    public static ConstantExpression? Of(Type type, Random random)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return random.Next(2) == 0 ? new(null, type) : Of(underlying, random) is { Value: not TimeSpan } some ? new(some.Value, type) : null;
        }

        if (!type.IsValueType)
        {
            return type.IsAssignableFrom(typeof(string)) && random.Next(4) > 0 ? new(Strings[random.Next(Strings.Length)], type) : new(null, type);
        }

        return Value(type, random) is { } value ? new(value, type) : null;
    }

    private static object? Value(Type type, Random random)
    {
        if (type.IsEnum)
        {
            Array values = Enum.GetValues(type);
            return random.Next(2) == 0 ? values.GetValue(random.Next(values.Length)) : Enum.ToObject(type, random.Next(300));
        }

        long bits = random.Next(4) switch { 0 => random.Next(-3, 4), 1 => random.NextInt64() >> random.Next(64), 2 => long.MinValue >> random.Next(64), _ => ~(long.MinValue >> random.Next(64)) };
        return type switch
        {
            _ when type == typeof(bool) => (bits & 1) == 0,
            _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(random.Next(2) == 0 ? bits : random.Next(-5, 100) * 10_000L),
            _ when type == typeof(CodeAddress) => new CodeAddress((ulong)bits),
            _ when type == typeof(nint) => (nint)bits,
            _ when type == typeof(nuint) => (nuint)(ulong)bits,
            _ when type == typeof(double) => random.Next(4) switch { 0 => BitConverter.Int64BitsToDouble(bits) is var raw && double.IsNaN(raw) ? double.NaN : raw, 1 => double.NaN, 2 => bits, _ => random.Next(2) == 0 ? -0.0 : double.NegativeInfinity },
            _ when type == typeof(float) => random.Next(3) switch { 0 => BitConverter.Int32BitsToSingle((int)bits) is var raw && float.IsNaN(raw) ? float.NaN : raw, 1 => (float)bits, _ => random.Next(2) == 0 ? -0.0f : float.PositiveInfinity },
            _ when ExpressionTypes.NumberOf(type) is not TypeCode.Empty and var code => NumberConversion.FromBits(bits, code),
            _ => null,
        };
    }
}
