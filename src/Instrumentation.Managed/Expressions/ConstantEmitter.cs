using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits constants in their representation.</summary>
internal static class ConstantEmitter
{
    /// <summary>Emits a constant.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="constant">The constant.</param>
    public static void Emit(ILGenerator il, ConstantExpression constant)
    {
        switch (constant.Value)
        {
            case null:
                il.Emit(OpCodes.Ldnull);
                break;
            case string text:
                il.Emit(OpCodes.Ldstr, string.Intern(text));
                break;
            case bool truth:
                il.Emit(truth ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
                break;
            case { } value:
                TypeCode code = ExpressionTypes.RepresentationOf(constant.Type);
                NumberEmitter.Constant(il, NumberConversion.Convert(Primitive(value), code), code);
                break;
        }
    }

    /// <summary>A number, duration or address as the primitive that represents it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The primitive, boxed.</returns>
    public static object Primitive(object value) => value switch
    {
        TimeSpan duration => Durations.Of(duration),
        CodeAddress address => address.Value,
        nint number => (long)number,
        nuint number => (ulong)number,
        Enum named => Convert.ChangeType(named, Enum.GetUnderlyingType(named.GetType()), System.Globalization.CultureInfo.InvariantCulture),
        _ => value,
    };
}
