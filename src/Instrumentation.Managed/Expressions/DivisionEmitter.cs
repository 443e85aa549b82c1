using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits division of integers, which the processor would trap where the language defines it.</summary>
internal static class DivisionEmitter
{
    /// <summary>Emits a division or remainder; its operands are on the stack.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="code">The integer.</param>
    /// <param name="divisor">The divisor when it is a constant, else null.</param>
    /// <param name="faultFlag">The local that a division by zero sets.</param>
    public static void Emit(ILGenerator il, BinaryOperator operation, TypeCode code, ConstantExpression? divisor, LocalBuilder faultFlag)
    {
        bool unsigned = ExpressionTypes.IsUnsigned(code);
        OpCode instruction = operation == BinaryOperator.Divide ? unsigned ? OpCodes.Div_Un : OpCodes.Div : unsigned ? OpCodes.Rem_Un : OpCodes.Rem;
        if (divisor is { Value: { } value } && InterpretedConstant(value, code) is not (0 or -1))
        {
            il.Emit(instruction);
            NumberEmitter.Narrow(il, code);
            return;
        }

        Type type = ExpressionTypes.IsWide(code) ? typeof(long) : typeof(int);
        LocalBuilder left = il.DeclareLocal(type);
        LocalBuilder right = il.DeclareLocal(type);
        Label divide = il.DefineLabel();
        Label end = il.DefineLabel();
        il.Emit(OpCodes.Stloc, right);
        il.Emit(OpCodes.Stloc, left);
        il.Emit(OpCodes.Ldloc, right);
        il.Emit(OpCodes.Brtrue, divide);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Stloc, faultFlag);
        NumberEmitter.Zero(il, code);
        il.Emit(OpCodes.Br, end);
        il.MarkLabel(divide);
        if (!unsigned)
        {
            Label plain = il.DefineLabel();
            il.Emit(OpCodes.Ldloc, right);
            NumberEmitter.Constant(il, -1L, ExpressionTypes.IsWide(code) ? TypeCode.Int64 : TypeCode.Int32);
            il.Emit(OpCodes.Bne_Un, plain);
            DivideByMinusOne(il, operation, code, left);
            il.Emit(OpCodes.Br, end);
            il.MarkLabel(plain);
        }

        il.Emit(OpCodes.Ldloc, left);
        il.Emit(OpCodes.Ldloc, right);
        il.Emit(instruction);
        il.MarkLabel(end);
        NumberEmitter.Narrow(il, code);
    }

    private static void DivideByMinusOne(ILGenerator il, BinaryOperator operation, TypeCode code, LocalBuilder left)
    {
        if (operation == BinaryOperator.Remainder)
        {
            NumberEmitter.Zero(il, code);
            return;
        }

        il.Emit(OpCodes.Ldloc, left);
        il.Emit(OpCodes.Neg);
    }

    private static long InterpretedConstant(object value, TypeCode code) =>
        NumberConversion.Bits(NumberConversion.Convert(ConstantEmitter.Primitive(value), code));
}
