using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// A comparison of a fraction with a constant as a range of the whole number that the fraction is made of. A fraction here is a number that was
/// converted to float or double, or a duration's TotalSeconds, TotalMilliseconds or TotalMicroseconds: all grow with their number, rounding included,
/// so the numbers for which a comparison holds lie side by side. The bounds are found by asking the interpreter's own arithmetic.
/// </summary>
/// <param name="Number">The whole number.</param>
/// <param name="Low">The canonical bits of the lowest number in the range; null when it has no lower bound.</param>
/// <param name="High">The canonical bits of the highest number in the range; null when it has no upper bound.</param>
/// <param name="IsInside">Whether the comparison holds inside of the range or outside.</param>
internal sealed record FractionRange(ProbeExpression Number, long? Low, long? High, bool IsInside)
{
    /// <summary>Translates a comparison.</summary>
    /// <param name="comparison">A comparison of floats or doubles.</param>
    /// <returns>The range.</returns>
    /// <exception cref="ExpressionException">Neither side is a constant, or the other is computed in a way that no range stands for.</exception>
    public static FractionRange Of(BinaryExpression comparison)
    {
        bool constantLeft = Constants.TryFold(comparison.Left, out object? constant);
        if (!constantLeft && !Constants.TryFold(comparison.Right, out constant))
        {
            Refusals.Demand(comparison.Left);
        }

        ProbeExpression fraction = constantLeft ? comparison.Right : comparison.Left;
        return Solve(fraction, constantLeft ? Comparisons.Mirror(comparison.Operator) : comparison.Operator, (double)NumberConversion.Convert(constant!, TypeCode.Double));
    }

    private static FractionRange Solve(ProbeExpression fraction, BinaryOperator operation, double constant)
    {
        ProbeExpression number = NumberOf(fraction);
        TypeCode code = ExpressionTypes.RepresentationOf(number.Type);
        (Int128 least, Int128 greatest) = DomainOf(code);
        if (double.IsNaN(constant))
        {
            // Nothing but inequality holds for not-a-number; the whole domain lies inside.
            return new FractionRange(number, null, null, operation == BinaryOperator.NotEqual);
        }

        Int128 reaches = First(least, greatest, candidate => Value(fraction, number, candidate, code) >= constant);
        Int128 exceeds = First(least, greatest, candidate => Value(fraction, number, candidate, code) > constant);
        (Int128 low, Int128 high, bool inside) = operation switch
        {
            BinaryOperator.Equal => (reaches, exceeds - 1, true),
            BinaryOperator.NotEqual => (reaches, exceeds - 1, false),
            BinaryOperator.LessThan => (least, reaches - 1, true),
            BinaryOperator.LessThanOrEqual => (least, exceeds - 1, true),
            BinaryOperator.GreaterThan => (exceeds, greatest, true),
            _ => (reaches, greatest, true),
        };
        return low > high
            ? new FractionRange(number, null, null, !inside)
            : new FractionRange(number, low == least ? null : Bits(low), high == greatest ? null : Bits(high), inside);
    }

    private static ProbeExpression NumberOf(ProbeExpression fraction)
    {
        ProbeExpression operand = fraction switch
        {
            UnaryExpression { Operator: UnaryOperator.TotalMilliseconds or UnaryOperator.TotalMicroseconds or UnaryOperator.TotalSeconds } total => total.Operand,
            ConvertExpression convert => convert.Operand,
            _ => throw Refused(fraction),
        };
        TypeCode code = ExpressionTypes.RepresentationOf(operand.Type);
        return ExpressionTypes.IsFloating(code) ? NumberOf(operand) : operand;
    }

    private static ExpressionException Refused(ProbeExpression fraction)
    {
        Refusals.Demand(fraction);
        return Refusals.Unknown(fraction);
    }

    private static (Int128 Least, Int128 Greatest) DomainOf(TypeCode code)
    {
        int bits = Canonical.BitsOf(code);
        return ExpressionTypes.IsUnsigned(code) ? (0, (Int128.One << bits) - 1) : (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1);
    }

    // The first number of the domain for which something holds that then holds for all greater ones; the one behind the domain when it holds for none.
    private static Int128 First(Int128 least, Int128 greatest, Func<Int128, bool> holds)
    {
        Int128 low = least;
        Int128 high = greatest + 1;
        while (low < high)
        {
            Int128 middle = low + ((high - low) / 2);
            (low, high) = holds(middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static double Value(ProbeExpression fraction, ProbeExpression number, Int128 candidate, TypeCode code) =>
        (double)NumberConversion.Convert(Evaluate(fraction, number, NumberConversion.FromBits(Bits(candidate), code)), TypeCode.Double);

    private static object Evaluate(ProbeExpression fraction, ProbeExpression number, object value) => fraction switch
    {
        _ when ReferenceEquals(fraction, number) => value,
        UnaryExpression unary => InterpretedOperators.Unary(unary.Operator, Evaluate(unary.Operand, number, value), TypeCode.Int64),
        ConvertExpression convert => NumberConversion.Convert(Evaluate(convert.Operand, number, value), ExpressionTypes.RepresentationOf(convert.Type)),
        _ => throw Refused(fraction),
    };

    private static long Bits(Int128 number) => unchecked((long)(ulong)(UInt128)number);
}
