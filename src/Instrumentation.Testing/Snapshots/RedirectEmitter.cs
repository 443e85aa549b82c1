using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Emits what leads the references in a copy to copies. It writes to fields that are read-only for others, and reads no member but fields.</summary>
internal static class RedirectEmitter
{
    // Elements of inline arrays that are looked into.
    private const int MaximumInline = 64;

    private static readonly MethodInfo Copy = typeof(SnapshotWalk).GetMethod(nameof(SnapshotWalk.Copy))!;
    private static readonly MethodInfo FirstElement = typeof(MemoryMarshal).GetMethod(nameof(MemoryMarshal.GetArrayDataReference), [typeof(Array)])!;

    // A count that is beyond the array, from a copy amid a change, would make the collection's own code fail.
    private static readonly Dictionary<Type, (string Array, string Count)> Counts = new()
    {
        [typeof(List<>)] = ("_items", "_size"),
        [typeof(Stack<>)] = ("_array", "_size"),
        [typeof(Dictionary<,>)] = ("_entries", "_count"),
        [typeof(HashSet<>)] = ("_entries", "_count"),
    };

    /// <summary>For objects and boxed structs.</summary>
    /// <param name="type">Their type.</param>
    /// <returns>The code; null when no field leads to copies.</returns>
    public static Action<object, SnapshotWalk>? ForObject(Type type)
    {
        if (!Array.Exists(InstanceFields.Of(type), static part => SnapshotRules.IsFollowed(part) && SnapshotRules.MayLeadToCopies(part.FieldType)))
        {
            return null;
        }

        DynamicMethod method = Begin(type);
        ILGenerator il = method.GetILGenerator();
        EmitFields(il, type, () =>
        {
            il.Emit(OpCodes.Ldarg_0);
            if (type.IsValueType)
            {
                il.Emit(OpCodes.Unbox, type);
            }
        });
        EmitCount(il, type);
        return End(method, il);
    }

    /// <summary>For arrays of structs.</summary>
    /// <param name="element">The struct, one that leads to copies.</param>
    /// <returns>The code.</returns>
    public static Action<object, SnapshotWalk> ForArray(Type element)
    {
        DynamicMethod method = Begin(element);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder current = il.DeclareLocal(typeof(byte).MakeByRefType());
        LocalBuilder left = il.DeclareLocal(typeof(int));
        Label next = il.DefineLabel();
        Label end = il.DefineLabel();

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, FirstElement);
        il.Emit(OpCodes.Stloc, current);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Array).GetProperty(nameof(Array.Length))!.GetMethod!);
        il.Emit(OpCodes.Stloc, left);
        il.MarkLabel(next);
        il.Emit(OpCodes.Ldloc, left);
        il.Emit(OpCodes.Brfalse, end);
        EmitFields(il, element, () => il.Emit(OpCodes.Ldloc, current));
        il.Emit(OpCodes.Ldloc, current);
        il.Emit(OpCodes.Sizeof, element);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, current);
        il.Emit(OpCodes.Ldloc, left);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Stloc, left);
        il.Emit(OpCodes.Br, next);
        il.MarkLabel(end);
        return End(method, il);
    }

    private static DynamicMethod Begin(Type type) => new($"Snapshot {type.Name}", typeof(void), [typeof(object), typeof(SnapshotWalk)], typeof(RedirectEmitter).Module, skipVisibility: true);

    private static Action<object, SnapshotWalk> End(DynamicMethod method, ILGenerator il)
    {
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<object, SnapshotWalk>>();
    }

    private static void EmitFields(ILGenerator il, Type type, Action loadOwner)
    {
        foreach (FieldInfo part in InstanceFields.Of(type).Where(static part => SnapshotRules.IsFollowed(part) && SnapshotRules.MayLeadToCopies(part.FieldType)))
        {
            int length = Math.Min(type.GetCustomAttribute<InlineArrayAttribute>()?.Length ?? 1, MaximumInline);
            for (int i = 0; i < length; i++)
            {
                int index = i;
                EmitPlace(il, part.FieldType, () =>
                {
                    loadOwner();
                    il.Emit(OpCodes.Ldflda, part);
                    if (index > 0)
                    {
                        il.Emit(OpCodes.Ldc_I4, index);
                        il.Emit(OpCodes.Sizeof, part.FieldType);
                        il.Emit(OpCodes.Mul);
                        il.Emit(OpCodes.Add);
                    }
                });
            }
        }
    }

    private static void EmitPlace(ILGenerator il, Type type, Action loadAddress)
    {
        if (type.IsValueType)
        {
            EmitFields(il, type, loadAddress);
            return;
        }

        loadAddress();
        il.Emit(OpCodes.Ldarg_1);
        loadAddress();
        il.Emit(OpCodes.Ldind_Ref);
        il.Emit(OpCodes.Call, Copy);
        il.Emit(OpCodes.Stind_Ref);
    }

    private static void EmitCount(ILGenerator il, Type type)
    {
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (!declaring.IsGenericType || !Counts.TryGetValue(declaring.GetGenericTypeDefinition(), out (string Array, string Count) names))
            {
                continue;
            }

            const BindingFlags Declared = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            if (declaring.GetField(names.Array, Declared) is { } array && declaring.GetField(names.Count, Declared) is { } count)
            {
                EmitCount(il, array, count);
            }
        }
    }

    private static void EmitCount(ILGenerator il, FieldInfo array, FieldInfo count)
    {
        Label good = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, array);
        il.Emit(OpCodes.Brfalse, good);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, count);
        EmitLength(il, array);
        il.Emit(OpCodes.Ble, good);
        il.Emit(OpCodes.Ldarg_0);
        EmitLength(il, array);
        il.Emit(OpCodes.Stfld, count);
        il.MarkLabel(good);
    }

    private static void EmitLength(ILGenerator il, FieldInfo array)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, array);
        il.Emit(OpCodes.Ldlen);
        il.Emit(OpCodes.Conv_I4);
    }
}
