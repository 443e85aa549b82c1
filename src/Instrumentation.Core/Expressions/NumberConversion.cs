namespace Instrumentation.Expressions;

/// <summary>
/// Conversions between numbers, unchecked as in C#: integers wrap, fractions are cut off, and what is beyond the range of an int, uint,
/// long or ulong becomes its nearest bound, not-a-number zero. A fraction becomes a shorter integer by way of int.
/// </summary>
internal static class NumberConversion
{
    /// <summary>Converts a number.</summary>
    /// <param name="value">The number, boxed as the primitive that its code names.</param>
    /// <param name="to">The code of the primitive to convert to.</param>
    /// <returns>The converted number, boxed.</returns>
    public static object Convert(object value, TypeCode to) => value switch
    {
        float fraction => FromDouble(fraction, to),
        double fraction => FromDouble(fraction, to),
        ulong number => FromUnsigned(number, to),
        _ => FromSigned(Bits(value), to),
    };

    /// <summary>The bits of an integer, extended to 64 by its sign or by zeros.</summary>
    /// <param name="value">The integer, char or bool, boxed.</param>
    /// <returns>The bits.</returns>
    public static long Bits(object value) => value switch
    {
        bool truth => truth ? 1 : 0,
        char letter => letter,
        sbyte number => number,
        byte number => number,
        short number => number,
        ushort number => number,
        int number => number,
        uint number => number,
        long number => number,
        ulong number => unchecked((long)number),
        _ => throw new ArgumentException($"A {value.GetType()} is no integer.", nameof(value)),
    };

    /// <summary>The integer with given low bits.</summary>
    /// <param name="bits">The bits.</param>
    /// <param name="to">The integer's code.</param>
    /// <returns>The integer, boxed.</returns>
    public static object FromBits(long bits, TypeCode to) => to == TypeCode.Boolean ? (bits & 1) != 0 : FromSigned(bits, to);

    private static object FromSigned(long number, TypeCode to) => unchecked(to switch
    {
        TypeCode.Char => (object)(char)number,
        TypeCode.SByte => (sbyte)number,
        TypeCode.Byte => (byte)number,
        TypeCode.Int16 => (short)number,
        TypeCode.UInt16 => (ushort)number,
        TypeCode.Int32 => (int)number,
        TypeCode.UInt32 => (uint)number,
        TypeCode.Int64 => number,
        TypeCode.UInt64 => (ulong)number,
        TypeCode.Single => (float)number,
        TypeCode.Double => (double)number,
        _ => throw NoNumber(to),
    });

    private static object FromUnsigned(ulong number, TypeCode to) => to switch
    {
        TypeCode.Single => (float)number,
        TypeCode.Double => (double)number,
        _ => FromSigned(unchecked((long)number), to),
    };

    private static object FromDouble(double fraction, TypeCode to) => unchecked(to switch
    {
        TypeCode.Char => (object)(char)fraction,
        TypeCode.SByte => (sbyte)fraction,
        TypeCode.Byte => (byte)fraction,
        TypeCode.Int16 => (short)fraction,
        TypeCode.UInt16 => (ushort)fraction,
        TypeCode.Int32 => (int)fraction,
        TypeCode.UInt32 => (uint)fraction,
        TypeCode.Int64 => (long)fraction,
        TypeCode.UInt64 => (ulong)fraction,
        TypeCode.Single => (float)fraction,
        TypeCode.Double => fraction,
        _ => throw NoNumber(to),
    });

    private static ArgumentException NoNumber(TypeCode to) => new($"{to} is no number.", nameof(to));
}
