using System.Buffers.Binary;
using System.Reflection;

namespace Instrumentation.Managed.Expressions;

/// <summary>Finds the field that a property's getter does nothing but return.</summary>
internal static class BackingFields
{
    private const byte Nop = 0x00;
    private static readonly byte[] Head = [0x02, 0x7B]; // ldarg.0; ldfld
    private static readonly byte[] Tail = [0x2A]; // ret
    private static readonly byte[] DebugTail = [0x0A, 0x2B, 0x00, 0x06, 0x2A]; // stloc.0; br.s to the next; ldloc.0; ret

    /// <summary>The field behind a getter.</summary>
    /// <param name="getter">The getter; not an abstract one's override that is chosen at run time.</param>
    /// <returns>The field, or null when the getter does more than return one.</returns>
    public static FieldInfo? Of(MethodInfo getter)
    {
        if (getter.IsAbstract || getter.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            return null;
        }

        ReadOnlySpan<byte> il = code.AsSpan().TrimStart(Nop);
        if (!il.StartsWith(Head) || il.Length < Head.Length + sizeof(int))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = il[(Head.Length + sizeof(int))..];
        if (!rest.SequenceEqual(Tail) && !rest.SequenceEqual(DebugTail))
        {
            return null;
        }

        int token = BinaryPrimitives.ReadInt32LittleEndian(il[Head.Length..]);
        Type[]? arguments = getter.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : null;
        return getter.Module.ResolveField(token, arguments, null) is { IsStatic: false } field ? field : null;
    }
}
