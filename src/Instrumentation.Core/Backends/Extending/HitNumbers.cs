using Instrumentation.Expressions;

namespace Instrumentation.Backends.Extending;

/// <summary>
/// What <see cref="InterpretedOperators"/> and <see cref="NumberConversion"/> do with boxed numbers, done with 64 bits: an integer extended by its sign or by zeros, a bool as 0 or 1, a duration in nanoseconds, a
/// float or double as the bits of a double.
/// </summary>
internal static class HitNumbers
{
    private const double NanosecondsPerMicrosecond = 1e3;
    private const double NanosecondsPerMillisecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Brings bits into the range of an integer type.</summary>
    /// <param name="bits">The bits.</param>
    /// <param name="to">The type's code.</param>
    /// <returns>The low bits that the type has, extended.</returns>
    public static long Wrap(long bits, TypeCode to) => unchecked(to switch
    {
        TypeCode.Boolean => bits & 1,
        TypeCode.Char => (char)bits,
        TypeCode.SByte => (sbyte)bits,
        TypeCode.Byte => (byte)bits,
        TypeCode.Int16 => (short)bits,
        TypeCode.UInt16 => (ushort)bits,
        TypeCode.Int32 => (int)bits,
        TypeCode.UInt32 => (uint)bits,
        _ => bits,
    });

    /// <summary>Converts a number.</summary>
    /// <param name="bits">The number.</param>
    /// <param name="from">The code of its type.</param>
    /// <param name="to">The code of the type to convert to.</param>
    /// <returns>The converted number.</returns>
    public static long Convert(long bits, TypeCode from, TypeCode to)
    {
        if (ExpressionTypes.IsFloating(from))
        {
            return FromDouble(Fraction(bits), to);
        }

        return to switch
        {
            TypeCode.Single => Bits(from == TypeCode.UInt64 ? (float)unchecked((ulong)bits) : bits),
            TypeCode.Double => Bits(from == TypeCode.UInt64 ? (double)unchecked((ulong)bits) : bits),
            _ => Wrap(bits, to),
        };
    }

    /// <summary>Applies an operator to one operand.</summary>
    /// <param name="operation">The operator; not one that asks for a length.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="code">The representation of its type.</param>
    /// <returns>The result.</returns>
    public static long Unary(UnaryOperator operation, long operand, TypeCode code) => operation switch
    {
        UnaryOperator.Not => operand ^ 1,
        UnaryOperator.Negate when ExpressionTypes.IsFloating(code) => Bits(-Fraction(operand)),
        UnaryOperator.Negate => Wrap(unchecked(-operand), code),
        UnaryOperator.Complement => Wrap(~operand, code),
        UnaryOperator.TotalMilliseconds => Bits(operand / NanosecondsPerMillisecond),
        UnaryOperator.TotalMicroseconds => Bits(operand / NanosecondsPerMicrosecond),
        UnaryOperator.TotalSeconds => Bits(operand / NanosecondsPerSecond),
        _ => operand / Durations.NanosecondsPerTick,
    };

    /// <summary>Applies an operator to two operands of one representation.</summary>
    /// <param name="operation">The operator; not a short-circuiting one.</param>
    /// <param name="a">The left operand.</param>
    /// <param name="b">The right operand; for shifts an int.</param>
    /// <param name="code">The representation of the left operand's type.</param>
    /// <param name="faulted">Set by an integer division by zero.</param>
    /// <returns>The result.</returns>
    public static long Binary(BinaryOperator operation, long a, long b, TypeCode code, ref bool faulted)
    {
        if (ExpressionTypes.IsFloating(code))
        {
            return Fractions(operation, Fraction(a), Fraction(b), code == TypeCode.Single);
        }

        bool unsigned = ExpressionTypes.IsUnsigned(code);
        if (OperatorText.IsComparison(operation))
        {
            int order = unsigned ? unchecked((ulong)a).CompareTo(unchecked((ulong)b)) : a.CompareTo(b);
            return Truth(Compare(operation, order));
        }

        if (operation is BinaryOperator.Divide or BinaryOperator.Remainder)
        {
            faulted |= b == 0;
            return b == 0 ? 0 : Wrap(Divide(operation, a, b, unsigned), code);
        }

        int count = (int)b & (ExpressionTypes.IsWide(code) ? 63 : 31);
        return Wrap(
            unchecked(operation switch
            {
                BinaryOperator.Add => a + b,
                BinaryOperator.Subtract => a - b,
                BinaryOperator.Multiply => a * b,
                BinaryOperator.And => a & b,
                BinaryOperator.Or => a | b,
                BinaryOperator.Xor => a ^ b,
                BinaryOperator.ShiftLeft => a << count,
                _ => unsigned ? a >>> count : a >> count,
            }),
            code);
    }

    /// <summary>A bool as a number.</summary>
    /// <param name="value">The bool.</param>
    /// <returns>1 or 0.</returns>
    public static long Truth(bool value) => value ? 1 : 0;

    /// <summary>A fraction as bits.</summary>
    /// <param name="value">The fraction.</param>
    /// <returns>The bits of a double.</returns>
    public static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static double Fraction(long bits) => BitConverter.Int64BitsToDouble(bits);

    private static long FromDouble(double fraction, TypeCode to) => unchecked(to switch
    {
        TypeCode.Char => (char)fraction,
        TypeCode.SByte => (sbyte)fraction,
        TypeCode.Byte => (byte)fraction,
        TypeCode.Int16 => (short)fraction,
        TypeCode.UInt16 => (ushort)fraction,
        TypeCode.Int32 => (int)fraction,
        TypeCode.UInt32 => (uint)fraction,
        TypeCode.Int64 => (long)fraction,
        TypeCode.UInt64 => (long)(ulong)fraction,
        TypeCode.Single => Bits((float)fraction),
        _ => Bits(fraction),
    });

    private static long Divide(BinaryOperator operation, long a, long b, bool unsigned) => unchecked(operation == BinaryOperator.Divide
        ? unsigned ? (long)((ulong)a / (ulong)b) : b == -1 ? -a : a / b
        : unsigned ? (long)((ulong)a % (ulong)b) : b == -1 ? 0 : a % b);

    private static bool Compare(BinaryOperator operation, int order) => operation switch
    {
        BinaryOperator.Equal => order == 0,
        BinaryOperator.NotEqual => order != 0,
        BinaryOperator.LessThan => order < 0,
        BinaryOperator.LessThanOrEqual => order <= 0,
        BinaryOperator.GreaterThan => order > 0,
        _ => order >= 0,
    };

    // Floats are computed as floats: each result is rounded before it goes on.
    private static long Fractions(BinaryOperator operation, double a, double b, bool single) => operation switch
    {
        BinaryOperator.Add => single ? Bits((float)a + (float)b) : Bits(a + b),
        BinaryOperator.Subtract => single ? Bits((float)a - (float)b) : Bits(a - b),
        BinaryOperator.Multiply => single ? Bits((float)a * (float)b) : Bits(a * b),
        BinaryOperator.Divide => single ? Bits((float)a / (float)b) : Bits(a / b),
        BinaryOperator.Remainder => single ? Bits((float)a % (float)b) : Bits(a % b),
        BinaryOperator.Equal => Truth(a == b),
        BinaryOperator.NotEqual => Truth(a != b),
        BinaryOperator.LessThan => Truth(a < b),
        BinaryOperator.LessThanOrEqual => Truth(a <= b),
        BinaryOperator.GreaterThan => Truth(a > b),
        _ => Truth(a >= b),
    };
}
