namespace Instrumentation.Expressions;

/// <summary>The default values of the types that constants can have.</summary>
internal static class ConstantDefault
{
    /// <summary>A type's default value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The value; null for references and for structs that cannot be constants.</returns>
    public static object? Of(Type type) => type switch
    {
        { IsEnum: true } => Enum.ToObject(type, 0),
        _ when type == typeof(TimeSpan) => TimeSpan.Zero,
        _ when type == typeof(CodeAddress) => default(CodeAddress),
        _ when type == typeof(nint) => (nint)0,
        _ when type == typeof(nuint) => (nuint)0,
        _ => Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => false,
            TypeCode.Char => '\0',
            TypeCode.SByte => (sbyte)0,
            TypeCode.Byte => (byte)0,
            TypeCode.Int16 => (short)0,
            TypeCode.UInt16 => (ushort)0,
            TypeCode.Int32 => 0,
            TypeCode.UInt32 => 0u,
            TypeCode.Int64 => 0L,
            TypeCode.UInt64 => 0UL,
            TypeCode.Single => 0f,
            TypeCode.Double => 0d,
            _ => null,
        },
    };
}
