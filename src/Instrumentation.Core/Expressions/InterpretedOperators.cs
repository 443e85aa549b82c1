namespace Instrumentation.Expressions;

/// <summary>What the operators mean: the reference that every backend is compared with.</summary>
internal static class InterpretedOperators
{
    private const double NanosecondsPerMicrosecond = 1e3;
    private const double NanosecondsPerMillisecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Applies an operator to one primitive operand.</summary>
    /// <param name="operation">The operator; not one that asks for a length.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="code">The representation of the operand's type.</param>
    /// <returns>The result.</returns>
    public static object Unary(UnaryOperator operation, object operand, TypeCode code) => operation switch
    {
        UnaryOperator.Not => !(bool)operand,
        UnaryOperator.Negate when operand is float number => -number,
        UnaryOperator.Negate when operand is double number => -number,
        UnaryOperator.Negate => NumberConversion.FromBits(unchecked(-NumberConversion.Bits(operand)), code),
        UnaryOperator.Complement => NumberConversion.FromBits(~NumberConversion.Bits(operand), code),
        UnaryOperator.TotalMilliseconds => (long)operand / NanosecondsPerMillisecond,
        UnaryOperator.TotalMicroseconds => (long)operand / NanosecondsPerMicrosecond,
        UnaryOperator.TotalSeconds => (long)operand / NanosecondsPerSecond,
        UnaryOperator.Ticks => (long)operand / Durations.NanosecondsPerTick,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "The operator has no primitive operand."),
    };

    /// <summary>Applies an operator to two primitive operands of one representation.</summary>
    /// <param name="operation">The operator; not a short-circuiting one.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand; for shifts an int.</param>
    /// <param name="code">The representation of the left operand's type.</param>
    /// <param name="faulted">True for an integer division by zero.</param>
    /// <returns>The result.</returns>
    public static object Binary(BinaryOperator operation, object left, object right, TypeCode code, out bool faulted)
    {
        faulted = false;
        if (ExpressionTypes.IsFloating(code))
        {
            return left is float single ? Singles(operation, single, (float)right) : Doubles(operation, (double)left, (double)right);
        }

        long a = NumberConversion.Bits(left);
        long b = NumberConversion.Bits(right);
        if (OperatorText.IsComparison(operation))
        {
            int order = ExpressionTypes.IsUnsigned(code) ? unchecked((ulong)a).CompareTo(unchecked((ulong)b)) : a.CompareTo(b);
            return Compare(operation, order);
        }

        if (operation is BinaryOperator.Divide or BinaryOperator.Remainder)
        {
            faulted = b == 0;
            return NumberConversion.FromBits(faulted ? 0 : Divide(operation, a, b, ExpressionTypes.IsUnsigned(code)), code);
        }

        int count = (int)b & (ExpressionTypes.IsWide(code) ? 63 : 31);
        long bits = unchecked(operation switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.And => a & b,
            BinaryOperator.Or => a | b,
            BinaryOperator.Xor => a ^ b,
            BinaryOperator.ShiftLeft => a << count,
            BinaryOperator.ShiftRight => ExpressionTypes.IsUnsigned(code) ? a >>> count : a >> count,
            _ => throw NoOperator(operation),
        });
        return NumberConversion.FromBits(bits, code);
    }

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

    private static object Singles(BinaryOperator operation, float a, float b) => operation switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.Remainder => a % b,
        _ => CompareFractions(operation, a, b),
    };

    private static object Doubles(BinaryOperator operation, double a, double b) => operation switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.Remainder => a % b,
        _ => CompareFractions(operation, a, b),
    };

    private static bool CompareFractions(BinaryOperator operation, double a, double b) => operation switch
    {
        BinaryOperator.Equal => a == b,
        BinaryOperator.NotEqual => a != b,
        BinaryOperator.LessThan => a < b,
        BinaryOperator.LessThanOrEqual => a <= b,
        BinaryOperator.GreaterThan => a > b,
        BinaryOperator.GreaterThanOrEqual => a >= b,
        _ => throw NoOperator(operation),
    };

    private static ArgumentOutOfRangeException NoOperator(BinaryOperator operation) =>
        new(nameof(operation), operation, "The operator does not go with these operands.");
}
