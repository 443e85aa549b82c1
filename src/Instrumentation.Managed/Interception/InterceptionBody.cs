using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Interception;

/// <summary>Emits what turns a call's values into objects for an interceptor, and its result back.</summary>
internal static class InterceptionBody
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<HookOperand, Lazy<nint>> Ends = new();

    /// <summary>The code that asks the interceptor what to do: a function of the call's start that gives 1 when the method's code must not run.</summary>
    // SAFETY: the address of a static function of this library, which stays for the process's life.
    public static unsafe nint Act => (nint)(delegate*<long, int>)&InterceptionRuntime.Act;

    /// <summary>The operand through which the end of a call reads and exchanges the result: its address, and its exact type where the declared one depends on type arguments.</summary>
    /// <param name="result">The result's operand; null for none.</param>
    /// <returns>The operand, or null.</returns>
    public static HookOperand? ByAddress(HookOperand? result) => result switch
    {
        null => null,
        { IsByRef: false, Type.ContainsGenericParameters: true } => result with { Form = OperandForm.Generic },
        { Form: OperandForm.Value or OperandForm.Object, IsByRef: false } => result with { Form = OperandForm.Address },
        _ => result,
    };

    /// <summary>Emits the begin of a call inside a start hook: what the end hook takes as its start is on the stack then.</summary>
    /// <param name="request">The hook.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="il">Its code.</param>
    /// <param name="block">The local of the probe's block.</param>
    /// <param name="marker">Any local of the hook, for the walk to the caller.</param>
    /// <param name="leave">Where to go when the interceptor does not want the call.</param>
    public static void EmitBegin(HookRequest request, HookSignature signature, ILGenerator il, LocalBuilder block, LocalBuilder marker, Label leave)
    {
        il.Emit(OpCodes.Ldloc, block);
        il.Emit(OpCodes.Ldarg, (short)signature.Ticket);
        Call(il, nameof(InterceptionRuntime.Wants));
        il.Emit(OpCodes.Brfalse, leave);

        il.Emit(OpCodes.Ldloc, block);
        HookOperand? instance = request.ThisArguments == 1 ? request.Operands.FirstOrDefault(static operand => operand.Argument == 0) : null;
        if (instance is null)
        {
            il.Emit(OpCodes.Ldnull);
        }
        else
        {
            EmitObject(il, instance, signature.Operand(0));
        }

        HookOperand[] arguments = [.. request.Operands.Where(operand => operand.Argument >= request.ThisArguments)];
        il.Emit(OpCodes.Ldc_I4, arguments.Length);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (int i = 0; i < arguments.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, i);
            EmitObject(il, arguments[i], signature.Operand(arguments[i].Argument));
            il.Emit(OpCodes.Stelem_Ref);
        }

        if (signature.Result >= 0 && request.Result!.Form == OperandForm.Generic)
        {
            il.Emit(OpCodes.Ldarg, (short)(signature.Result + 1));
        }
        else
        {
            il.Emit(OpCodes.Ldnull);
        }

        il.Emit(OpCodes.Ldloca, marker);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Call, typeof(HookRuntime).GetMethod(nameof(HookRuntime.Caller))!);
        il.Emit(OpCodes.Ldarg, (short)signature.Ticket);
        il.Emit(OpCodes.Ldarg, (short)signature.Site);
        Call(il, nameof(InterceptionRuntime.Begin));
    }

    /// <summary>The end hook for a result: <c>([result], object exception, long start, int ticket, int site)</c>.</summary>
    /// <param name="result">The result's operand by address; null for none.</param>
    /// <returns>Its machine code.</returns>
    public static nint CompileEnd(HookOperand? result) => Ends.GetOrAdd(result ?? None, static key => new Lazy<nint>(() => BuildEnd(key == None ? null : key))).Value;

    private static HookOperand None { get; } = new(-2, OperandForm.Value, typeof(void), IsByRef: false);

    private static nint BuildEnd(HookOperand? result)
    {
        Type[] types = [.. result?.HookTypes() ?? [], typeof(object), typeof(long), typeof(int), typeof(int)];
        int exception = types.Length - 4;
        DynamicMethod method = new("HookIntercepted", typeof(void), types, typeof(InterceptionBody).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder call = il.DeclareLocal(typeof(InterceptedCall));
        Label done = il.DefineLabel();
        Label failed = il.DefineLabel();
        Label known = il.DefineLabel();
        il.Emit(OpCodes.Ldarg, (short)(exception + 1));
        il.Emit(OpCodes.Brfalse, done);
        if (result is not null)
        {
            il.Emit(OpCodes.Ldarg, (short)exception);
            il.Emit(OpCodes.Brtrue, failed);
            EmitObject(il, result, 0);
            il.Emit(OpCodes.Br, known);
            il.MarkLabel(failed);
        }

        il.Emit(OpCodes.Ldnull);
        il.MarkLabel(known);
        il.Emit(OpCodes.Ldarg, (short)exception);
        il.Emit(OpCodes.Ldarg, (short)(exception + 1));
        il.Emit(OpCodes.Ldarg, (short)(exception + 2));
        Call(il, nameof(InterceptionRuntime.End));
        il.Emit(OpCodes.Stloc, call);
        if (result is { IsByRef: false } && !result.Type.IsByRefLike)
        {
            il.Emit(OpCodes.Ldloc, call);
            il.Emit(OpCodes.Brfalse, done);
            EmitStore(il, result, call);
        }

        il.MarkLabel(done);
        il.Emit(OpCodes.Ret);
        return HookCompiler.Finish(method);
    }

    private static void EmitStore(ILGenerator il, HookOperand result, LocalBuilder call)
    {
        il.Emit(OpCodes.Ldarg_0);
        if (result.Form == OperandForm.Generic)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldloc, call);
            Call(il, nameof(InterceptionRuntime.ResultOf));
            Call(il, nameof(InterceptionRuntime.Store));
            return;
        }

        il.Emit(OpCodes.Ldloc, call);
        Call(il, nameof(InterceptionRuntime.ResultOf));
        if (!result.Type.IsValueType)
        {
            il.Emit(OpCodes.Stind_Ref);
            return;
        }

        // A boxed enum unboxes as its underlying type.
        il.Emit(OpCodes.Unbox_Any, result.Type);
        il.Emit(OpCodes.Stobj, result.Type);
    }

    private static void EmitObject(ILGenerator il, HookOperand operand, int parameter)
    {
        switch (operand.Form)
        {
            case OperandForm.Object:
                il.Emit(OpCodes.Ldarg, (short)parameter);
                break;
            case OperandForm.Value:
                il.Emit(OpCodes.Ldarg, (short)parameter);
                il.Emit(OpCodes.Box, operand.Type);
                break;
            case OperandForm.Generic:
                il.Emit(OpCodes.Ldarg, (short)parameter);
                il.Emit(OpCodes.Ldarg, (short)(parameter + 1));
                Call(il, nameof(InterceptionRuntime.Box));
                break;
            default:
                EmitFromAddress(il, operand.Type, parameter);
                break;
        }
    }

    private static void EmitFromAddress(ILGenerator il, Type type, int parameter)
    {
        Label missing = il.DefineLabel();
        Label done = il.DefineLabel();
        il.Emit(OpCodes.Ldarg, (short)parameter);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Brfalse, missing);
        il.Emit(OpCodes.Ldarg, (short)parameter);
        if (!type.IsValueType)
        {
            il.Emit(OpCodes.Ldind_Ref);
        }
        else if (!type.IsByRefLike)
        {
            il.Emit(OpCodes.Ldobj, type);
            il.Emit(OpCodes.Box, type);
        }
        else if (SpanReader(type) is { } reader)
        {
            il.Emit(OpCodes.Call, reader);
        }
        else
        {
            il.Emit(OpCodes.Pop);
            il.Emit(OpCodes.Call, typeof(UnkeptValue).GetProperty(nameof(UnkeptValue.RefStruct))!.GetMethod!);
        }

        il.Emit(OpCodes.Br, done);
        il.MarkLabel(missing);
        il.Emit(OpCodes.Ldnull);
        il.MarkLabel(done);
    }

    // Its characters as a string, else its elements as an array.
    private static MethodInfo? SpanReader(Type type)
    {
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return definition != typeof(Span<>) && definition != typeof(ReadOnlySpan<>) ? null
            : type.GetMethod(type.GetGenericArguments()[0] == typeof(char) ? nameof(Span<>.ToString) : nameof(Span<>.ToArray), []);
    }

    private static void Call(ILGenerator il, string name) => il.Emit(OpCodes.Call, typeof(InterceptionRuntime).GetMethod(name)!);
}
