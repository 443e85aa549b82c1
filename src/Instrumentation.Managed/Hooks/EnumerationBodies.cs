using System.Reflection.Emit;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>The code that carries an end hook's operands from the first step of an enumeration to its end, which may be steps and threads away.</summary>
internal static unsafe class EnumerationBodies
{
    /// <summary>Compiles the code that keeps the operands; woven code calls it when an enumeration begins.</summary>
    /// <param name="request">The end hook.</param>
    /// <param name="hook">The end hook's machine code.</param>
    /// <returns>The machine code: a function of the operands, the enumerator, the start, the ticket and the site.</returns>
    public static nint BuildKeep(HookRequest request, nint hook)
    {
        List<Type> types = [.. request.Operands.SelectMany(operand => operand.HookTypes())];
        int enumerator = types.Count;
        types.AddRange([typeof(object), typeof(long), typeof(int), typeof(int)]);
        DynamicMethod method = new("HookKeep", typeof(void), [.. types], typeof(EnumerationBodies).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder state = il.DeclareLocal(typeof(ThreadState*)); // SAFETY: only named here; the emitted code clears the guard of the state that Enter gives it.
        LocalBuilder call = il.DeclareLocal(typeof(PendingCall));
        Label leave = il.DefineLabel();
        il.Emit(OpCodes.Call, typeof(ThreadStates).GetMethod(nameof(ThreadStates.Enter))!);
        il.Emit(OpCodes.Stloc, state);
        il.Emit(OpCodes.Ldloc, state);
        il.Emit(OpCodes.Brfalse, leave);
        il.Emit(OpCodes.Ldc_I8, (long)BuildEnd(request, hook));
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Ldarg, (short)(enumerator + 1));
        il.Emit(OpCodes.Ldarg, (short)(enumerator + 2));
        il.Emit(OpCodes.Ldarg, (short)(enumerator + 3));
        il.Emit(OpCodes.Ldc_I8, 0L);
        il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.Rent))!);
        il.Emit(OpCodes.Stloc, call);
        int parameter = 0;
        for (int i = 0; i < request.Operands.Count; i++)
        {
            il.Emit(OpCodes.Ldloc, call);
            ResumeBody.Keep(il, request.Operands[i], i, parameter);
            parameter += request.Operands[i].HookTypes().Count();
        }

        il.Emit(OpCodes.Ldarg, (short)enumerator);
        il.Emit(OpCodes.Ldloc, call);
        il.Emit(OpCodes.Call, typeof(EnumerationTable).GetMethod(nameof(EnumerationTable.Add))!);
        il.Emit(OpCodes.Ldloc, state);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Volatile);
        il.Emit(OpCodes.Stfld, typeof(ThreadState).GetField(nameof(ThreadState.Guard))!);
        il.MarkLabel(leave);
        il.Emit(OpCodes.Ret);
        return HookCompiler.Finish(method);
    }

    // A function of the pending call, the exception, the call's number and the marks.
    private static nint BuildEnd(HookRequest request, nint hook)
    {
        DynamicMethod method = new("HookEnumerationEnd", typeof(void), [typeof(PendingCall), typeof(object), typeof(long), typeof(int)], typeof(EnumerationBodies).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        for (int i = 0; i < request.Operands.Count; i++)
        {
            ResumeBody.Restore(il, request.Operands[i], i);
        }

        il.Emit(OpCodes.Ldarg_1);
        ResumeBody.Property(il, nameof(PendingCall.Start));
        ResumeBody.Property(il, nameof(PendingCall.Ticket));
        ResumeBody.Property(il, nameof(PendingCall.Site));
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Ldc_I8, (long)hook);
        il.Emit(OpCodes.Conv_I);
        il.EmitCalli(OpCodes.Calli, System.Reflection.CallingConventions.Standard, typeof(void), new HookSignature(request).Types, null);
        il.Emit(OpCodes.Ret);
        return HookCompiler.Finish(method);
    }
}
