using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Weaving;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>Loads what expressions start from out of a hook's parameters and locals.</summary>
internal sealed class HookRoots(HookRequest request, HookSignature signature) : IRootSource
{
    /// <summary>The local that holds the current thread's state.</summary>
    public required LocalBuilder State { get; init; }

    /// <summary>The local that holds the record's timestamp.</summary>
    public required LocalBuilder Now { get; init; }

    /// <summary>The local that holds the task behind the result; null where there is none.</summary>
    public LocalBuilder? TaskObject { get; init; }

    /// <inheritdoc/>
    public bool IsAddress(ProbeExpression root) => root switch
    {
        ArgumentExpression or ThisExpression or ReturnExpression => IsStruct(root.Type),
        _ => false,
    };

    /// <inheritdoc/>
    public void EmitRoot(ILGenerator il, ProbeExpression root, LocalBuilder faultFlag)
    {
        switch (root)
        {
            case ArgumentExpression argument:
                EmitOperand(il, OperandOf(argument.Index + request.ThisArguments), argument.Type, faultFlag);
                break;
            case ThisExpression self:
                EmitOperand(il, OperandOf(0), self.Type, faultFlag);
                break;
            case ReturnExpression result:
                EmitResult(il, result.Type, faultFlag);
                break;
            case ContextExpression context:
                EmitContext(il, context.Value, faultFlag);
                break;
            default:
                throw new NotSupportedException($"{root.GetType().Name} is no root.");
        }
    }

    private static bool IsStruct(Type type) => type is { IsValueType: true, IsPrimitive: false, IsEnum: false } && type != typeof(TimeSpan);

    private HookOperand OperandOf(int argument) => request.Operands.First(operand => operand.Argument == argument);

    private void EmitOperand(ILGenerator il, HookOperand operand, Type wanted, LocalBuilder fault) =>
        EmitFrom(il, operand, signature.Operand(operand.Argument), wanted, fault);

    private static void EmitFrom(ILGenerator il, HookOperand operand, int parameter, Type wanted, LocalBuilder fault)
    {
        switch (operand.Form)
        {
            case OperandForm.Value or OperandForm.Object:
                il.Emit(OpCodes.Ldarg, (short)parameter);
                break;
            case OperandForm.Address:
                EmitFromAddress(il, parameter, operand.IsByRef, operand.Type, wanted, fault);
                break;
            default:
                EmitFromGeneric(il, parameter, wanted, fault);
                break;
        }
    }

    // A by-ref may be a null reference (Unsafe.NullRef); what then would crash the program is a fault here.
    private static void EmitFromAddress(ILGenerator il, int parameter, bool mayBeNull, Type type, Type wanted, LocalBuilder fault)
    {
        Label missing = il.DefineLabel();
        Label done = il.DefineLabel();
        if (mayBeNull)
        {
            il.Emit(OpCodes.Ldarg, (short)parameter);
            il.Emit(OpCodes.Conv_U);
            il.Emit(OpCodes.Brfalse, missing);
        }

        il.Emit(OpCodes.Ldarg, (short)parameter);
        LoadThrough(il, type);
        if (mayBeNull)
        {
            il.Emit(OpCodes.Br, done);
            il.MarkLabel(missing);
            EmitFault(il, fault);
            EmitDefault(il, wanted);
            il.MarkLabel(done);
        }
    }

    private static void EmitFromGeneric(ILGenerator il, int parameter, Type wanted, LocalBuilder fault)
    {
        if (!wanted.IsValueType)
        {
            il.Emit(OpCodes.Ldarg, (short)parameter);
            il.Emit(OpCodes.Ldarg, (short)(parameter + 1));
            il.Emit(OpCodes.Ldloca, fault);
            il.Emit(OpCodes.Call, Method(nameof(HookRuntime.GenericReference)));
            EmitCast(il, wanted, fault);
            return;
        }

        Label missing = il.DefineLabel();
        Label done = il.DefineLabel();
        EmitTypeCheck(il, parameter + 1, wanted, missing);
        il.Emit(OpCodes.Ldarg, (short)parameter);
        LoadThrough(il, wanted);
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(missing);
        EmitFault(il, fault);
        EmitDefault(il, wanted);
        il.MarkLabel(done);
    }

    private static void EmitTypeCheck(ILGenerator il, int typeParameter, Type wanted, Label otherwise)
    {
        il.Emit(OpCodes.Ldarg, (short)typeParameter);
        il.Emit(OpCodes.Ldtoken, wanted);
        il.Emit(OpCodes.Call, typeof(Type).GetMethod(nameof(Type.GetTypeFromHandle))!);
        il.Emit(OpCodes.Bne_Un, otherwise);
    }

    private void EmitResult(ILGenerator il, Type wanted, LocalBuilder fault)
    {
        Label failed = il.DefineLabel();
        Label done = il.DefineLabel();
        il.Emit(OpCodes.Ldarg, (short)signature.Exception);
        il.Emit(OpCodes.Brtrue, failed);
        if (TaskObject is null)
        {
            EmitFrom(il, request.Result!, signature.Result, wanted, fault);
        }
        else
        {
            EmitTaskResult(il, wanted, failed, fault);
            if (IsStruct(wanted))
            {
                LocalBuilder held = il.DeclareLocal(wanted);
                il.Emit(OpCodes.Stloc, held);
                il.Emit(OpCodes.Ldloca, held);
            }
            else if (wanted == typeof(TimeSpan))
            {
                LocalBuilder held = il.DeclareLocal(wanted);
                il.Emit(OpCodes.Stloc, held);
                il.Emit(OpCodes.Ldloca, held);
                LoadThrough(il, wanted);
            }
        }

        il.Emit(OpCodes.Br, done);
        il.MarkLabel(failed);
        EmitDefault(il, wanted);
        il.MarkLabel(done);
    }

    // A task that was cancelled has no exception and no result: like one that failed, its result is the default.
    private void EmitTaskResult(ILGenerator il, Type wanted, Label failed, LocalBuilder fault)
    {
        il.Emit(OpCodes.Ldloc, TaskObject!);
        il.Emit(OpCodes.Call, Method(nameof(HookRuntime.IsCancelled)));
        il.Emit(OpCodes.Brtrue, failed);
        MethodInfo ofTask = Method(nameof(HookRuntime.TaskResult)).MakeGenericMethod(wanted);
        if (request.Task.Kind == TaskKind.Task)
        {
            il.Emit(OpCodes.Ldloc, TaskObject!);
            il.Emit(OpCodes.Ldloca, fault);
            il.Emit(OpCodes.Call, ofTask);
            return;
        }

        Label inline = il.DefineLabel();
        Label done = il.DefineLabel();
        LocalBuilder result = il.DeclareLocal(wanted);
        il.Emit(OpCodes.Ldloc, TaskObject!);
        il.Emit(OpCodes.Isinst, typeof(Task));
        il.Emit(OpCodes.Brfalse, inline);
        il.Emit(OpCodes.Ldloc, TaskObject!);
        il.Emit(OpCodes.Ldloca, fault);
        il.Emit(OpCodes.Call, ofTask);
        il.Emit(OpCodes.Stloc, result);
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(inline);
        if (request.Result!.Form == OperandForm.Generic)
        {
            Label other = il.DefineLabel();
            Label right = il.DefineLabel();
            EmitTypeCheck(il, signature.Result + 1, typeof(ValueTask<>).MakeGenericType(wanted), other);
            il.Emit(OpCodes.Br, right);
            il.MarkLabel(other);
            EmitFault(il, fault);
            il.Emit(OpCodes.Br, done);
            il.MarkLabel(right);
        }

        il.Emit(OpCodes.Ldarg, (short)signature.Result);
        il.Emit(OpCodes.Ldloca, fault);
        il.Emit(OpCodes.Call, Method(nameof(HookRuntime.ValueTaskResult)).MakeGenericMethod(wanted));
        il.Emit(OpCodes.Stloc, result);
        il.MarkLabel(done);
        il.Emit(OpCodes.Ldloc, result);
    }

    private void EmitContext(ILGenerator il, ContextValue value, LocalBuilder fault)
    {
        switch (value)
        {
            case ContextValue.Exception:
                il.Emit(OpCodes.Ldarg, (short)signature.Exception);
                break;
            case ContextValue.ThrownBy:
                il.Emit(OpCodes.Ldarg, (short)signature.Exception);
                il.Emit(OpCodes.Call, Method(nameof(HookRuntime.ThrownBy)));
                break;
            case ContextValue.Duration:
                il.Emit(OpCodes.Ldloc, Now);
                il.Emit(OpCodes.Ldarg, (short)signature.Start);
                il.Emit(OpCodes.Sub);
                break;
            case ContextValue.Timestamp:
                il.Emit(OpCodes.Ldloc, Now);
                break;
            case ContextValue.ThreadId:
                il.Emit(OpCodes.Ldloc, State);
                il.Emit(OpCodes.Ldfld, typeof(ThreadState).GetField(nameof(ThreadState.ThreadId))!);
                break;
            case ContextValue.Place:
                il.Emit(OpCodes.Ldarg, (short)signature.Site);
                il.Emit(OpCodes.Call, Method(nameof(HookRuntime.PlaceOf)));
                break;
            case ContextValue.Span:
                il.Emit(OpCodes.Ldloc, State);
                il.Emit(OpCodes.Call, typeof(SpanRuntime).GetMethod(nameof(SpanRuntime.Innermost))!);
                break;
            case ContextValue.ProcessId:
                il.Emit(OpCodes.Ldc_I4, Environment.ProcessId);
                break;
            default:
                EmitCaller(il, fault);
                break;
        }
    }

    /// <summary>Pushes the address in the caller of the probed method.</summary>
    /// <param name="il">The hook's code.</param>
    /// <param name="marker">Any local of the hook: tells the walk which frame is the hook's.</param>
    public void EmitCaller(ILGenerator il, LocalBuilder marker)
    {
        // Who asks an enumeration for its next step is on the stack when it ends.
        bool resumes = signature.CallId >= 0 && !request.Enumerates;
        Label resumed = il.DefineLabel();
        Label done = il.DefineLabel();
        if (resumes)
        {
            il.Emit(OpCodes.Ldarg, (short)signature.CallId);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I8);
            il.Emit(OpCodes.Bge, resumed);
        }

        il.Emit(OpCodes.Ldloca, marker);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Call, Method(nameof(HookRuntime.Caller)));
        if (resumes)
        {
            il.Emit(OpCodes.Br, done);
            il.MarkLabel(resumed);
            il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.ResumedCaller))!);
            il.MarkLabel(done);
        }
    }

    private static void LoadThrough(ILGenerator il, Type type)
    {
        if (type == typeof(TimeSpan))
        {
            // A TimeSpan is its ticks of 100 ns; expressions count nanoseconds.
            il.Emit(OpCodes.Ldind_I8);
            il.Emit(OpCodes.Call, typeof(Durations).GetMethod(nameof(Durations.FromTicks))!);
        }
        else if (!IsStruct(type))
        {
            il.Emit(OpCodes.Ldobj, type);
        }
    }

    private static void EmitCast(ILGenerator il, Type wanted, LocalBuilder fault)
    {
        if (wanted == typeof(object))
        {
            return;
        }

        LocalBuilder value = il.DeclareLocal(typeof(object));
        Label fine = il.DefineLabel();
        il.Emit(OpCodes.Stloc, value);
        il.Emit(OpCodes.Ldloc, value);
        il.Emit(OpCodes.Brfalse, fine);
        il.Emit(OpCodes.Ldloc, value);
        il.Emit(OpCodes.Isinst, wanted);
        il.Emit(OpCodes.Brtrue, fine);
        EmitFault(il, fault);
        il.Emit(OpCodes.Ldnull);
        il.Emit(OpCodes.Stloc, value);
        il.MarkLabel(fine);
        il.Emit(OpCodes.Ldloc, value);
    }

    private static void EmitFault(ILGenerator il, LocalBuilder fault)
    {
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Stloc, fault);
    }

    private static void EmitDefault(ILGenerator il, Type type)
    {
        if (!type.IsValueType)
        {
            il.Emit(OpCodes.Ldnull);
        }
        else if (type == typeof(TimeSpan))
        {
            il.Emit(OpCodes.Ldc_I8, 0L);
        }
        else
        {
            // A fresh local is all zeros; nothing is ever stored to it.
            LocalBuilder zero = il.DeclareLocal(type);
            il.Emit(IsStruct(type) ? OpCodes.Ldloca : OpCodes.Ldloc, zero);
        }
    }

    private static MethodInfo Method(string name) => typeof(HookRuntime).GetMethod(name)!;
}
