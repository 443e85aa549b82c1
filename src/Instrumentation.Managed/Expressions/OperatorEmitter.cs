using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits the operators on primitives; their operands are on the stack.</summary>
internal static class OperatorEmitter
{
    private const double NanosecondsPerMicrosecond = 1e3;
    private const double NanosecondsPerMillisecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;
    private const int ShiftMask = 31;
    private const int WideShiftMask = 63;

    /// <summary>Emits an operator of one operand, other than those that read lengths.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="code">The primitive on the stack.</param>
    public static void Unary(ILGenerator il, UnaryOperator operation, TypeCode code)
    {
        switch (operation)
        {
            case UnaryOperator.Not:
                Invert(il);
                break;
            case UnaryOperator.Negate:
                il.Emit(OpCodes.Neg);
                NumberEmitter.Narrow(il, code);
                break;
            case UnaryOperator.Complement:
                il.Emit(OpCodes.Not);
                NumberEmitter.Narrow(il, code);
                break;
            case UnaryOperator.Ticks:
                il.Emit(OpCodes.Ldc_I8, Durations.NanosecondsPerTick);
                il.Emit(OpCodes.Div);
                break;
            default:
                il.Emit(OpCodes.Conv_R8);
                il.Emit(OpCodes.Ldc_R8, operation switch
                {
                    UnaryOperator.TotalMilliseconds => NanosecondsPerMillisecond,
                    UnaryOperator.TotalMicroseconds => NanosecondsPerMicrosecond,
                    _ => NanosecondsPerSecond,
                });
                il.Emit(OpCodes.Div);
                break;
        }
    }

    /// <summary>Emits an operator on two operands that cannot fault: any but the short-circuiting ones and the division of integers.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="code">The primitive of the left operand.</param>
    public static void Binary(ILGenerator il, BinaryOperator operation, TypeCode code)
    {
        if (OperatorText.IsComparison(operation))
        {
            Compare(il, operation, code);
            return;
        }

        if (operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight)
        {
            il.Emit(OpCodes.Ldc_I4, ExpressionTypes.IsWide(code) ? WideShiftMask : ShiftMask);
            il.Emit(OpCodes.And);
        }

        il.Emit(operation switch
        {
            BinaryOperator.Add => OpCodes.Add,
            BinaryOperator.Subtract => OpCodes.Sub,
            BinaryOperator.Multiply => OpCodes.Mul,
            BinaryOperator.Divide => OpCodes.Div,
            BinaryOperator.Remainder => OpCodes.Rem,
            BinaryOperator.And => OpCodes.And,
            BinaryOperator.Or => OpCodes.Or,
            BinaryOperator.Xor => OpCodes.Xor,
            BinaryOperator.ShiftLeft => OpCodes.Shl,
            BinaryOperator.ShiftRight => ExpressionTypes.IsUnsigned(code) ? OpCodes.Shr_Un : OpCodes.Shr,
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "The operator is emitted elsewhere."),
        });
        NumberEmitter.Narrow(il, code);
    }

    /// <summary>Emits the opposite of the bool on the stack.</summary>
    /// <param name="il">Where to emit.</param>
    public static void Invert(ILGenerator il)
    {
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
    }

    private static void Compare(ILGenerator il, BinaryOperator operation, TypeCode code)
    {
        bool floating = ExpressionTypes.IsFloating(code);
        bool unsigned = ExpressionTypes.IsUnsigned(code);
        switch (operation)
        {
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                il.Emit(OpCodes.Ceq);
                break;
            case BinaryOperator.LessThan:
                il.Emit(unsigned ? OpCodes.Clt_Un : OpCodes.Clt);
                break;
            case BinaryOperator.GreaterThan:
                il.Emit(unsigned ? OpCodes.Cgt_Un : OpCodes.Cgt);
                break;

            // Not the opposite comparison, which for fractions is to hold for not-a-number: hence the unordered form.
            case BinaryOperator.LessThanOrEqual:
                il.Emit(unsigned || floating ? OpCodes.Cgt_Un : OpCodes.Cgt);
                break;
            default:
                il.Emit(unsigned || floating ? OpCodes.Clt_Un : OpCodes.Clt);
                break;
        }

        if (operation is BinaryOperator.NotEqual or BinaryOperator.LessThanOrEqual or BinaryOperator.GreaterThanOrEqual)
        {
            Invert(il);
        }
    }
}
