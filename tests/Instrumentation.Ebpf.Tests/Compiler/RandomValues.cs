using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Random values, with a liking for the edges of their types.</summary>
internal sealed class RandomValues(Random random)
{
    private static readonly long[] Edges =
    [
        0, 1, -1, 2, 3, 7, -8, 31, 32, 33, 63, 64, 100, 127, 128, -128, 255, 256, 32767, 32768, -32768, 65535, 65536, 1_000_000, 5_000_000,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 53) + 1, long.MaxValue, long.MinValue, long.MinValue + 1,
    ];

    private static readonly double[] Fractions =
    [
        0, -0.0, 1, -1, 0.5, -2.5, 1e10, -1e10, 1e19, 1e20, -1e30, 3e38, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        double.Epsilon, double.MaxValue, 2147483647.5, 2147483648, 4294967295, 9223372036854775807, 18446744073709551615, 255.9, -129, 5, 9223372036.854775807,
    ];

    /// <summary>A value of a type, as an ordinary object.</summary>
    public object Of(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.ToObject(type, NumberConversion.FromBits(Integer(), Type.GetTypeCode(type)));
        }

        return type switch
        {
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ when type == typeof(TimeSpan) => new TimeSpan(random.Next(3) == 0 ? Integer() : random.Next(200_000)),
            _ when type == typeof(CodeAddress) => new CodeAddress((ulong)Integer()),
            _ when type == typeof(nint) => (nint)Integer(),
            _ when type == typeof(nuint) => (nuint)Integer(),
            _ when type == typeof(float) => (float)Fraction(),
            _ when type == typeof(double) => Fraction(),
            _ => NumberConversion.FromBits(Integer(), ExpressionTypes.NumberOf(type)),
        };
    }

    /// <summary>A value as the bits of a cell; bits beyond the type's width are random.</summary>
    public ulong Cell(object value)
    {
        object primitive = value switch
        {
            TimeSpan duration => Durations.Of(duration),
            CodeAddress address => address.Value,
            nint number => (long)number,
            nuint number => (ulong)number,
            Enum named => ((IConvertible)named).ToType(Enum.GetUnderlyingType(named.GetType()), null),
            _ => value,
        };
        ulong bits = (ulong)NumberConversion.Bits(primitive);
        int width = primitive is bool ? 8 : System.Runtime.InteropServices.Marshal.SizeOf(primitive is char ? typeof(short) : primitive.GetType()) * 8;
        return width == 64 ? bits : (bits & ((1UL << width) - 1)) | ((ulong)random.NextInt64() << width);
    }

    private long Integer() => random.Next(4) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.Next(-10, 10),
        _ => Edges[random.Next(Edges.Length)],
    };

    private double Fraction() => random.Next(2) == 0 ? Fractions[random.Next(Fractions.Length)] : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 22));
}
