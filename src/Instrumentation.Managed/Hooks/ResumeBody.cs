using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Hooks;

/// <summary>The code around a suspended call: keeping an end hook's operands, and calling the hook with them when the task has ended.</summary>
internal static class ResumeBody
{
    /// <summary>Compiles the code that calls an end hook with what a <see cref="PendingCall"/> kept.</summary>
    /// <param name="request">The end hook.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="hook">Its machine code.</param>
    /// <returns>The machine code: a function of one <see cref="PendingCall"/>.</returns>
    public static nint Build(HookRequest request, HookSignature signature, nint hook)
    {
        DynamicMethod method = new("HookResume", typeof(void), [typeof(PendingCall)], typeof(ResumeBody).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        for (int i = 0; i < request.Operands.Count; i++)
        {
            Restore(il, request.Operands[i], i);
        }

        il.Emit(OpCodes.Ldarg_0);
        Call(il, request.Task.Kind == TaskKind.Task ? nameof(PendingCall.GetTask) : nameof(PendingCall.GetTaskAddress));
        if (request.Result!.Form == OperandForm.Generic)
        {
            il.Emit(OpCodes.Ldnull);
        }

        il.Emit(OpCodes.Ldnull);
        Property(il, nameof(PendingCall.Start));
        Property(il, nameof(PendingCall.Ticket));
        Property(il, nameof(PendingCall.Site));
        Property(il, nameof(PendingCall.Id));
        il.Emit(OpCodes.Ldc_I8, (long)hook);
        il.Emit(OpCodes.Conv_I);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(void), signature.Types, null);
        il.Emit(OpCodes.Ret);
        return HookCompiler.Finish(method);
    }

    /// <summary>Emits the keeping of one operand; the pending call is on the stack.</summary>
    /// <param name="il">The end hook's code.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="index">Where it is kept.</param>
    /// <param name="parameter">The place of its first parameter.</param>
    public static void Keep(ILGenerator il, HookOperand operand, int index, int parameter)
    {
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldarg, (short)parameter);
        switch (operand.Form)
        {
            case OperandForm.Value when IsFloat(operand.Type):
                il.Emit(OpCodes.Conv_R8);
                Call(il, nameof(PendingCall.SetDouble));
                break;
            case OperandForm.Value:
                il.Emit(OpCodes.Conv_I8);
                Call(il, nameof(PendingCall.SetLong));
                break;
            case OperandForm.Generic:
                il.Emit(OpCodes.Ldarg, (short)(parameter + 1));
                Call(il, nameof(PendingCall.SetGeneric));
                break;
            case OperandForm.Address:
                il.Emit(OpCodes.Ldobj, operand.Type);
                il.Emit(OpCodes.Box, operand.Type);
                Call(il, nameof(PendingCall.SetObject));
                break;
            default:
                Call(il, nameof(PendingCall.SetObject));
                break;
        }
    }

    /// <summary>Emits the load of a kept operand; the pending call is the first argument.</summary>
    /// <param name="il">The code.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="index">Where it is kept.</param>
    public static void Restore(ILGenerator il, HookOperand operand, int index)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, index);
        switch (operand.Form)
        {
            case OperandForm.Value when IsFloat(operand.Type):
                Call(il, nameof(PendingCall.GetDouble));
                il.Emit(operand.Type == typeof(float) ? OpCodes.Conv_R4 : OpCodes.Conv_R8);
                break;
            case OperandForm.Value:
                Call(il, nameof(PendingCall.GetLong));
                Narrow(il, operand.Type);
                break;
            case OperandForm.Generic:
                Call(il, nameof(PendingCall.GetGeneric));
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Ldc_I4, index);
                Call(il, nameof(PendingCall.GetGenericType));
                break;
            case OperandForm.Address:
                Call(il, nameof(PendingCall.GetObject));
                il.Emit(OpCodes.Unbox, operand.Type);
                break;
            default:
                Call(il, nameof(PendingCall.GetObject));
                break;
        }
    }

    private static void Narrow(ILGenerator il, Type type)
    {
        OpCode? conversion = Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean or TypeCode.Byte => OpCodes.Conv_U1,
            TypeCode.SByte => OpCodes.Conv_I1,
            TypeCode.Char or TypeCode.UInt16 => OpCodes.Conv_U2,
            TypeCode.Int16 => OpCodes.Conv_I2,
            TypeCode.Int32 => OpCodes.Conv_I4,
            TypeCode.UInt32 => OpCodes.Conv_U4,
            TypeCode.Int64 or TypeCode.UInt64 => null,
            _ => OpCodes.Conv_I,
        };
        if (conversion is { } narrow)
        {
            il.Emit(narrow);
        }
    }

    /// <summary>Emits the load of a property of the pending call, which is the first argument.</summary>
    /// <param name="il">The code.</param>
    /// <param name="name">The property.</param>
    public static void Property(ILGenerator il, string name)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(PendingCall).GetProperty(name)!.GetMethod!);
    }

    private static void Call(ILGenerator il, string name) => il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(name)!);

    private static bool IsFloat(Type type) => type == typeof(float) || type == typeof(double);
}
