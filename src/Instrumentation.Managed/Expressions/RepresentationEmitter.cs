using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits loads that turn values as the runtime keeps them into their representation: ticks into nanoseconds, addresses and pointers into numbers.</summary>
internal static class RepresentationEmitter
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    private static readonly FieldInfo TicksField = typeof(TimeSpan).GetField("_ticks", Hidden)!;
    private static readonly FieldInfo AddressField = typeof(CodeAddress).GetField("<Value>k__BackingField", Hidden)!;
    private static readonly MethodInfo FromTicks = typeof(Durations).GetMethod(nameof(Durations.FromTicks))!;

    /// <summary>The type of a local that holds values of a type in their representation.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The local's type.</returns>
    public static Type LocalType(Type type) => ExpressionTypes.RepresentationOf(type) switch
    {
        TypeCode.Object => type,
        TypeCode.Single => typeof(float),
        TypeCode.Double => typeof(double),
        var code => ExpressionTypes.IsWide(code) ? typeof(long) : typeof(int),
    };

    /// <summary>Emits the load of what the managed pointer on the stack points to.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="type">The type that it points to, as expressions read it.</param>
    public static void LoadIndirect(ILGenerator il, Type type)
    {
        if (!LoadInner(il, type))
        {
            il.Emit(OpCodes.Ldobj, type);
            Widen(il, type);
        }
    }

    /// <summary>Emits the load of a field of the object, or of the struct at the managed pointer, on the stack.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="field">The field.</param>
    public static void LoadField(ILGenerator il, FieldInfo field)
    {
        Type type = BoundTypes.ReadAs(field.FieldType);
        if (type == typeof(TimeSpan) || type == typeof(CodeAddress))
        {
            il.Emit(OpCodes.Ldflda, field);
            LoadInner(il, type);
            return;
        }

        il.Emit(OpCodes.Ldfld, field);
        Widen(il, type);
    }

    /// <summary>Emits the widening of the native integer on the stack to 64 bits; nothing for other types.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="type">The type of the value.</param>
    public static void Widen(ILGenerator il, Type type)
    {
        if (type == typeof(nint))
        {
            il.Emit(OpCodes.Conv_I8);
        }
        else if (type == typeof(nuint))
        {
            il.Emit(OpCodes.Conv_U8);
        }
    }

    private static bool LoadInner(ILGenerator il, Type type)
    {
        if (type == typeof(TimeSpan))
        {
            il.Emit(OpCodes.Ldfld, TicksField);
            il.Emit(OpCodes.Call, FromTicks);
            return true;
        }

        if (type == typeof(CodeAddress))
        {
            il.Emit(OpCodes.Ldfld, AddressField);
            return true;
        }

        return false;
    }
}
