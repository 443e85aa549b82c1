using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits constants of, and conversions between, the primitives that represent values.</summary>
internal static class NumberEmitter
{
    /// <summary>Emits a conversion, unchecked as in C#.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="from">The primitive on the stack.</param>
    /// <param name="to">The primitive that it becomes.</param>
    public static void Convert(ILGenerator il, TypeCode from, TypeCode to)
    {
        if (from == to)
        {
            return;
        }

        if (ExpressionTypes.IsFloating(to))
        {
            if (from is TypeCode.UInt32 or TypeCode.UInt64)
            {
                il.Emit(OpCodes.Conv_R_Un);
            }

            il.Emit(to == TypeCode.Single ? OpCodes.Conv_R4 : OpCodes.Conv_R8);
        }
        else if (ExpressionTypes.IsWide(to) && !ExpressionTypes.IsFloating(from))
        {
            // What widens an integer is its own sign, not the sign of what it becomes.
            if (!ExpressionTypes.IsWide(from))
            {
                il.Emit(ExpressionTypes.IsUnsigned(from) ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
            }
        }
        else
        {
            il.Emit(OpCodeFor(to));
        }
    }

    /// <summary>Emits the cut to the width of an integer shorter than the stack's.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="code">The integer.</param>
    public static void Narrow(ILGenerator il, TypeCode code)
    {
        if (code is TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Char)
        {
            il.Emit(OpCodeFor(code));
        }
    }

    /// <summary>Emits a constant.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="value">The value.</param>
    /// <param name="code">The primitive that represents it.</param>
    public static void Constant(ILGenerator il, object value, TypeCode code)
    {
        switch (code)
        {
            case TypeCode.Single:
                il.Emit(OpCodes.Ldc_R4, (float)value);
                break;
            case TypeCode.Double:
                il.Emit(OpCodes.Ldc_R8, (double)value);
                break;
            case TypeCode.Int64 or TypeCode.UInt64:
                il.Emit(OpCodes.Ldc_I8, NumberConversion.Bits(value));
                break;
            default:
                il.Emit(OpCodes.Ldc_I4, unchecked((int)NumberConversion.Bits(value)));
                break;
        }
    }

    /// <summary>Emits the zero of a primitive.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="code">The primitive.</param>
    public static void Zero(ILGenerator il, TypeCode code) =>
        Constant(il, code == TypeCode.Boolean ? false : NumberConversion.Convert(0, code), code);

    private static OpCode OpCodeFor(TypeCode to) => to switch
    {
        TypeCode.SByte => OpCodes.Conv_I1,
        TypeCode.Byte => OpCodes.Conv_U1,
        TypeCode.Int16 => OpCodes.Conv_I2,
        TypeCode.UInt16 or TypeCode.Char => OpCodes.Conv_U2,
        TypeCode.Int32 => OpCodes.Conv_I4,
        TypeCode.UInt32 => OpCodes.Conv_U4,
        TypeCode.Int64 => OpCodes.Conv_I8,
        TypeCode.UInt64 => OpCodes.Conv_U8,
        _ => throw new ArgumentOutOfRangeException(nameof(to), to, "The primitive is no integer."),
    };
}
