using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Instrumentation.Events;

/// <summary>Reads the fields that follow a record's header (<see cref="FieldKind"/> says how they lie). Never reads outside of them: what is not there is 0 or null.</summary>
internal static class FieldDecoder
{
    private const int StringHeader = 8;

    /// <summary>Where a field begins.</summary>
    /// <param name="fields">The record without its header.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="index">The field's number, from 0.</param>
    /// <returns>The offset; the length of <paramref name="fields"/> or more when the field is not there.</returns>
    public static int Offset(ReadOnlySpan<byte> fields, EventSchema schema, int index)
    {
        int offset = 0;
        for (int i = 0; i < index && offset < fields.Length; i++)
        {
            offset += schema.Fields[i].Kind == FieldKind.String ? StringSize(Units(fields, offset)) : sizeof(long);
        }

        return offset;
    }

    /// <summary>The eight bytes of a field that is no string.</summary>
    /// <param name="fields">The record without its header.</param>
    /// <param name="offset">Where the field begins.</param>
    /// <returns>The bits.</returns>
    public static long Bits(ReadOnlySpan<byte> fields, int offset) =>
        BinaryPrimitives.TryReadInt64LittleEndian(offset <= fields.Length ? fields[offset..] : default, out long bits) ? bits : 0;

    /// <summary>The text of a string field.</summary>
    /// <param name="fields">The record without its header.</param>
    /// <param name="offset">Where the field begins.</param>
    /// <returns>The text, as far as it was recorded, or null.</returns>
    public static string? Text(ReadOnlySpan<byte> fields, int offset)
    {
        int units = Units(fields, offset);
        if (units < 0)
        {
            return null;
        }

        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(fields[(offset + StringHeader)..]);
        return new string(text[..Math.Min(units, text.Length)]);
    }

    /// <summary>A field's value as its CLR type.</summary>
    /// <param name="field">The field.</param>
    /// <param name="fields">The record without its header.</param>
    /// <param name="offset">Where the field begins.</param>
    /// <returns>The value, boxed.</returns>
    public static object? Value(EventField field, ReadOnlySpan<byte> fields, int offset)
    {
        if (field.Kind == FieldKind.String)
        {
            return Text(fields, offset);
        }

        long bits = Bits(fields, offset);
        return field.Type.IsEnum ? Enum.ToObject(field.Type, bits) : Value(field.Type, field.Kind, bits);
    }

    /// <summary>A duration as the type that .NET has for it: 100 ns steps.</summary>
    /// <param name="nanoseconds">The duration.</param>
    /// <returns>The duration, cut to whole ticks.</returns>
    public static TimeSpan Duration(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static object Value(Type type, FieldKind kind, long bits) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => bits != 0,
        TypeCode.Char => (char)bits,
        TypeCode.SByte => (sbyte)bits,
        TypeCode.Byte => (byte)bits,
        TypeCode.Int16 => (short)bits,
        TypeCode.UInt16 => (ushort)bits,
        TypeCode.Int32 => (int)bits,
        TypeCode.UInt32 => (uint)bits,
        TypeCode.UInt64 => (ulong)bits,
        TypeCode.Single => (float)BitConverter.Int64BitsToDouble(bits),
        TypeCode.Double => BitConverter.Int64BitsToDouble(bits),
        _ when type == typeof(nint) => (nint)bits,
        _ when type == typeof(nuint) => (nuint)bits,
        _ when kind == FieldKind.Duration => Duration(bits),
        _ when kind == FieldKind.CodeAddress => new CodeAddress((ulong)bits),
        _ => bits,
    };

    private static int Units(ReadOnlySpan<byte> fields, int offset) =>
        offset + StringHeader <= fields.Length ? Math.Min(BinaryPrimitives.ReadInt32LittleEndian(fields[offset..]), fields.Length / sizeof(char)) : -1;

    private static int StringSize(int units) => StringHeader + (((Math.Max(units, 0) * sizeof(char)) + 7) & ~7);
}
