using Instrumentation.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>Random values, with a liking for the edges of their types.</summary>
internal sealed class RandomValues(Random random)
{
    private static readonly long[] Edges =
    [
        0, 1, -1, 2, 3, 7, -8, 31, 32, 33, 63, 64, 100, 127, 128, -128, 255, 256, 32767, 32768, -32768, 65535, 65536,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 53) + 1, long.MaxValue, long.MinValue, long.MinValue + 1,
    ];

    private static readonly double[] Fractions =
    [
        0, -0.0, 1, -1, 0.5, -2.5, 1e10, -1e10, 1e19, 1e20, -1e30, 3e38, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        double.Epsilon, double.MaxValue, 2147483647.5, 2147483648, 4294967295, 9223372036854775807, 18446744073709551615, 255.9, -129,
    ];

    private static readonly string?[] Texts = [null, string.Empty, "a", "ab", "abc", "bc", "ABC", "a\0b", "ä", "hello world"];

    /// <summary>A value of a type, as an ordinary object.</summary>
    public object? Of(Type type)
    {
        if (type == typeof(string))
        {
            // A copy, so that equal strings are mostly different objects.
            return Texts[random.Next(Texts.Length)] is { } text ? new string(text.AsSpan()) : null;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return random.Next(3) == 0 ? null : Of(underlying);
        }

        if (type.IsEnum)
        {
            return Enum.ToObject(type, (byte)Edges[random.Next(Edges.Length)]);
        }

        return type switch
        {
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ when type == typeof(TimeSpan) => new TimeSpan(random.Next(3) == 0 ? Edges[random.Next(Edges.Length)] : random.Next()),
            _ when type == typeof(CodeAddress) => new CodeAddress((ulong)random.NextInt64()),
            _ when type == typeof(nint) => (nint)Integer(),
            _ when type == typeof(nuint) => (nuint)Integer(),
            _ when type == typeof(float) => (float)Fraction(),
            _ when type == typeof(double) => Fraction(),
            _ when type == typeof(Chain) => Object(3) as Chain,
            _ when type == typeof(Last) => new Last { Own = (int)Integer() },
            _ when type == typeof(Outer) => Struct(1),
            _ when type == typeof(int[]) => random.Next(3) == 0 ? null : new int[random.Next(4)],
            _ when type == typeof(object) => Object(2),
            _ => NumberConversion.FromBits(Integer(), ExpressionTypes.NumberOf(type)),
        };
    }

    private long Integer() => random.Next(4) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.Next(-10, 10),
        _ => Edges[random.Next(Edges.Length)],
    };

    private double Fraction() => random.Next(2) == 0 ? Fractions[random.Next(Fractions.Length)] : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 22));

    private T Value<T>() => (T)Of(typeof(T))!;

    private object? Object(int depth) => depth == 0 || random.Next(5) == 0 ? null : random.Next(8) switch
    {
        0 => Of(typeof(string)),
        1 => Value<int>(),
        2 => Struct(depth - 1),
        3 => Value<Colour>(),
        4 => Fill(new Last { Own = Value<int>(), VirtualAuto = Value<int>() }, depth - 1),
        5 => Fill(new Shadow(), depth - 1),
        _ => Fill(new Chain(), depth - 1),
    };

    private Outer Struct(int depth) => new()
    {
        Word = Value<uint>(),
        Auto = Value<int>(),
        In = new Inner { Small = Value<short>(), Label = Value<string>(), Link = depth > 0 ? Object(depth) as Chain : null, Wait = Value<TimeSpan>(), Native = Value<nint>(), Maybe = Value<int?>() },
    };

    private Chain Fill(Chain chain, int depth)
    {
        (chain.Next, chain.Any, chain.Text, chain.Flag) = (Object(depth) as Chain, Object(depth), Value<string>(), Value<bool>());
        (chain.I1, chain.U1, chain.I2, chain.U2, chain.Letter) = (Value<sbyte>(), Value<byte>(), Value<short>(), Value<ushort>(), Value<char>());
        (chain.I4, chain.U4, chain.I8, chain.U8) = (Value<int>(), Value<uint>(), Value<long>(), Value<ulong>());
        (chain.Native, chain.Unsigned, chain.Single, chain.Double) = (Value<nint>(), Value<nuint>(), Value<float>(), Value<double>());
        (chain.Colour, chain.Wait, chain.Address, chain.Maybe) = (Value<Colour>(), Value<TimeSpan>(), Value<CodeAddress>(), Value<int?>());
        (chain.MaybeWait, chain.Numbers, chain.Deep, chain.Auto) = (Value<TimeSpan?>(), Value<int[]>(), Struct(depth), Value<int>());
        (chain.AutoWait, chain.Lazy, chain.VirtualAuto) = (Value<TimeSpan>(), Value<int>(), Value<int>());
        return chain;
    }
}
