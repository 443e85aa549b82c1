using System.Diagnostics.CodeAnalysis;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Computes what of an expression is known when it is compiled, by the interpreter's own operators.</summary>
internal static class Constants
{
    /// <summary>The value of an expression that is made of constants only and does not fault.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="value">Its value, boxed as the primitive that represents it; floating-point numbers too.</param>
    /// <returns>False when it is not known, or is no primitive.</returns>
    public static bool TryFold(ProbeExpression expression, [NotNullWhen(true)] out object? value)
    {
        value = expression switch
        {
            ConstantExpression constant => Primitive(constant.Value, constant.Type),
            UnaryExpression unary when HasPrimitiveOperand(unary) && TryFold(unary.Operand, out object? operand) =>
                InterpretedOperators.Unary(unary.Operator, operand, ExpressionTypes.RepresentationOf(unary.Operand.Type)),
            BinaryExpression binary => Binary(binary),
            ConvertExpression convert when IsNumber(convert.Type) && IsNumber(convert.Operand.Type) && TryFold(convert.Operand, out object? operand) =>
                NumberConversion.Convert(operand, ExpressionTypes.RepresentationOf(convert.Type)),
            ConditionalExpression choice when TryFold(choice.Test, out object? test) => TryFold((bool)test ? choice.WhenTrue : choice.WhenFalse, out object? chosen) ? chosen : null,
            _ => null,
        };
        return value is not null;
    }

    /// <summary>The canonical bits of an expression that is made of constants only, is no floating-point number and does not fault.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="bits">Its bits.</param>
    /// <returns>False when it is not known.</returns>
    public static bool TryBits(ProbeExpression expression, out long bits)
    {
        bool known = TryFold(expression, out object? value) && value is not (float or double);
        bits = known ? NumberConversion.Bits(value!) : 0;
        return known;
    }

    private static bool HasPrimitiveOperand(UnaryExpression unary) => unary.Operator is not (UnaryOperator.StringLength or UnaryOperator.ArrayLength);

    private static bool IsNumber(Type type) => ExpressionTypes.IsPrimitive(type) && type != typeof(bool);

    private static object? Binary(BinaryExpression binary)
    {
        if (!ExpressionTypes.IsPrimitive(binary.Left.Type) || !TryFold(binary.Left, out object? left))
        {
            return null;
        }

        if (binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse)
        {
            return (bool)left == (binary.Operator == BinaryOperator.OrElse) ? left : TryFold(binary.Right, out object? chosen) ? chosen : null;
        }

        if (!TryFold(binary.Right, out object? right))
        {
            return null;
        }

        object value = InterpretedOperators.Binary(binary.Operator, left, right, ExpressionTypes.RepresentationOf(binary.Left.Type), out bool faulted);
        return faulted ? null : value;
    }

    private static object? Primitive(object? value, Type type)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(type);
        return value switch
        {
            null => null,
            _ when code == TypeCode.Object => null,
            bool truth => truth,
            TimeSpan duration => Durations.Of(duration),
            CodeAddress address => address.Value,
            nint number => NumberConversion.Convert((long)number, code),
            nuint number => NumberConversion.Convert((ulong)number, code),
            Enum named => NumberConversion.Convert(((IConvertible)named).ToType(Enum.GetUnderlyingType(named.GetType()), null), code),
            _ => ExpressionTypes.NumberOf(value.GetType()) == TypeCode.Empty ? null : NumberConversion.Convert(value, code),
        };
    }
}
