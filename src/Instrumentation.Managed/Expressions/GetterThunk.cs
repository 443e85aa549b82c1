using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Makes methods that call a getter of the application and turn what it throws into a fault.</summary>
internal static class GetterThunk
{
    /// <summary>Makes the method <c>TResult Safe(target, ref int fault)</c> of a getter. The target is an object, or a reference to a struct.</summary>
    /// <param name="getter">The getter.</param>
    /// <returns>The method; its result is in the representation of the getter's type.</returns>
    public static DynamicMethod Make(MethodInfo getter)
    {
        Type owner = getter.DeclaringType!;
        Type type = BoundTypes.ReadAs(getter.ReturnType);
        DynamicMethod safe = new(
            $"{owner.Name}.{getter.Name}",
            RepresentationEmitter.LocalType(type),
            [owner.IsValueType ? owner.MakeByRefType() : owner, typeof(int).MakeByRefType()],
            typeof(GetterThunk).Module,
            skipVisibility: true);
        ILGenerator il = safe.GetILGenerator();
        LocalBuilder result = il.DeclareLocal(RepresentationEmitter.LocalType(type));
        il.BeginExceptionBlock();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(owner.IsValueType ? OpCodes.Call : OpCodes.Callvirt, getter);
        if (ExpressionTypes.IsPrimitive(type) && (type == typeof(TimeSpan) || type == typeof(CodeAddress)))
        {
            LocalBuilder raw = il.DeclareLocal(type);
            il.Emit(OpCodes.Stloc, raw);
            il.Emit(OpCodes.Ldloca, raw);
            RepresentationEmitter.LoadIndirect(il, type);
        }
        else
        {
            RepresentationEmitter.Widen(il, type);
        }

        il.Emit(OpCodes.Stloc, result);
        il.BeginCatchBlock(typeof(Exception));
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Stind_I4);
        il.EndExceptionBlock();
        il.Emit(OpCodes.Ldloc, result);
        il.Emit(OpCodes.Ret);
        return safe;
    }
}
