using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Which types a value of a declared type can be read as.</summary>
internal static class ReadingRules
{
    /// <summary>Reads a value as the type that an expression asks for.</summary>
    /// <param name="value">The value, of its declared type.</param>
    /// <param name="asked">The type that is asked for.</param>
    /// <param name="text">The text of the expression that asks.</param>
    /// <param name="what">What the value is, in words.</param>
    /// <param name="isPointer">True when the value is declared as a pointer, which every 64-bit integer holds.</param>
    /// <returns>The value, converted where the types differ.</returns>
    /// <exception cref="ExpressionException">No value of the declared type can be read so.</exception>
    public static ProbeExpression Read(ProbeExpression value, Type asked, string text, string what, bool isPointer = false)
    {
        Type declared = value.Type;
        if (declared == asked)
        {
            return value;
        }

        bool readable = (declared.IsValueType, asked.IsValueType) switch
        {
            (true, true) => (isPointer && !asked.IsEnum && ExpressionTypes.IsWide(ExpressionTypes.NumberOf(asked))) || Holds(asked, declared),
            (false, _) => CanBe(declared, asked),
            _ => false,
        };
        return readable ? new ConvertExpression(value, asked) : throw Refuse(declared, asked, text, what);
    }

    /// <summary>Whether a reference of a declared type can refer to an object of another type.</summary>
    /// <param name="declared">The declared type.</param>
    /// <param name="asked">The other type.</param>
    /// <returns>False when no object is both.</returns>
    public static bool CanBe(Type declared, Type asked)
    {
        if (asked.IsValueType)
        {
            return declared.IsAssignableFrom(asked) && Nullable.GetUnderlyingType(asked) is null && !asked.IsByRefLike;
        }

        return declared.IsAssignableFrom(asked)
            || asked.IsAssignableFrom(declared)
            || (asked.IsInterface && (!declared.IsSealed || declared.IsArray))
            || (declared.IsInterface && (!asked.IsSealed || asked.IsArray))
            || (declared.IsArray && asked.IsArray);
    }

    private static bool Holds(Type asked, Type declared)
    {
        TypeCode to = ExpressionTypes.NumberOf(asked);
        TypeCode from = ExpressionTypes.NumberOf(declared);
        if (to == TypeCode.Empty || from == TypeCode.Empty || (asked.IsEnum && declared.IsEnum))
        {
            return false;
        }

        return from == to || (!asked.IsEnum && to != TypeCode.Char && (from, to) switch
        {
            (TypeCode.Double, _) => false,
            (TypeCode.Single, _) => to == TypeCode.Double,
            (_, TypeCode.Double) => Bits(from) <= 32,
            (_, TypeCode.Single) => Bits(from) <= 16,
            _ when ExpressionTypes.IsUnsigned(from) == ExpressionTypes.IsUnsigned(to) => Bits(to) >= Bits(from),
            _ => Bits(to) > Bits(from) && ExpressionTypes.IsUnsigned(from),
        });
    }

    private static int Bits(TypeCode code) => code switch
    {
        TypeCode.SByte or TypeCode.Byte => 8,
        TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Char => 16,
        TypeCode.Int32 or TypeCode.UInt32 => 32,
        _ => 64,
    };

    private static ExpressionException Refuse(Type declared, Type asked, string text, string what)
    {
        string real = MethodName.Of(declared);
        bool numbers = ExpressionTypes.NumberOf(declared) != TypeCode.Empty && ExpressionTypes.NumberOf(asked) != TypeCode.Empty;
        string mend = declared switch
        {
            _ when numbers => $"Read it as {real}, and cast the value: ({MethodName.Of(asked)})… .",
            { IsByRefLike: true } => "Read its fields, with c.Field<T>(c.Arg<object>(…), \"path\").",
            _ when Nullable.GetUnderlyingType(declared) is not null => $"Read it as {MethodName.Of(Nullable.GetUnderlyingType(declared)!)}?, then its HasValue or GetValueOrDefault().",
            { IsValueType: true } when !asked.IsValueType => $"Read it as {real}, or read its fields with c.Field<T>(c.Arg<object>(…), \"path\").",
            _ => $"Read it as {real} or a base of it.",
        };
        return new ExpressionException(text, $"{what} is of type {real}, which cannot be read as {MethodName.Of(asked)}.", mend);
    }
}
