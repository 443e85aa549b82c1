using Instrumentation.Events;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// Weaves the beginning and the end of enumerations into the methods of an iterator's state machine. A step that neither begins nor ends an enumeration costs
/// two looks at fields: no call, no look at the thread, no clock.
/// </summary>
internal sealed class EnumerationWeaver(MethodImage image, HookCallEmitter calls)
{
    /// <summary>Emits what lets the rest of a plan's entry run only where an enumeration begins.</summary>
    /// <param name="iterator">The iterator.</param>
    /// <param name="start">The local of the start, which is cleared; -1 without one.</param>
    /// <param name="skip">Where to go otherwise.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> Gate(IteratorShape iterator, int start, Instruction skip) =>
    [
        .. Clear(start),
        .. Load(iterator.State),
        IlBody.Make(OpCodes.Ldc_I4, iterator.First),
        IlBody.Make(OpCodes.Bne_Un, skip),
        .. iterator.DisposeMode is { } mode ? (Instruction[])[.. Load(mode), IlBody.Make(OpCodes.Brtrue, skip)] : [],
    ];

    /// <summary>Emits the keeping of what the end will need, behind the entry hook.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="start">The local of the start.</param>
    /// <param name="hoisted">Where the arguments are.</param>
    /// <param name="skip">Where to go when the entry hook was silent.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> Keep(HookPlan plan, int start, HoistedHomes? hoisted, Instruction skip)
    {
        calls.Begin();
        calls.Push(plan.Keep!.Operands, atEntry: true, hoisted);
        calls.PushThis();
        calls.PushLong(start);
        calls.PushInt(plan.Ticket);
        calls.PushInt(plan.Site);
        return [IlBody.Make(OpCodes.Ldloc, start), IlBody.Make(OpCodes.Brfalse, skip), .. calls.End(plan.Keep.Pointer, typeof(void))];
    }

    /// <summary>Emits, at the entry of Dispose, the noting of whether it ends an enumeration that waits at a yield.</summary>
    /// <param name="iterator">The iterator.</param>
    /// <param name="note">The local for it.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> NoteDisposal(IteratorShape iterator, int note) =>
    [
        .. Load(iterator.State),
        IlBody.Make(OpCodes.Ldc_I4, 0),
        IlBody.Make(OpCodes.Cgt),
        IlBody.Make(OpCodes.Conv_I8),
        IlBody.Make(OpCodes.Stloc, note),
    ];

    /// <summary>Emits the end of an enumeration at the end of a frame.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="throwing">True where an exception leaves.</param>
    /// <param name="exceptionLocal">The local of the exception, or -1.</param>
    /// <param name="start">The local of the start; in Dispose, of the note.</param>
    /// <param name="resultLocal">The local of what MoveNext gives, or -1.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> EndInFrame(HookPlan plan, bool throwing, int exceptionLocal, int start, int resultLocal)
    {
        Instruction skip = IlBody.Make(OpCodes.Nop);
        bool isDisposal = plan.Role == CodeRole.Disposal;
        List<Instruction> code = isDisposal ? [IlBody.Make(OpCodes.Ldloc, start), IlBody.Make(OpCodes.Brfalse, skip)]
            : throwing ? []
            : [IlBody.Make(OpCodes.Ldloc, resultLocal), IlBody.Make(OpCodes.Brtrue, skip)];
        Begin(plan, exceptionLocal, isDisposal ? -1 : start);
        calls.PushInt(!Wants(plan, throwing) ? EnumerationEnd.Unwanted : isDisposal ? (int)EventFlags.Stopped : 0);
        return [.. code, .. calls.End(EnumerationEnd.Pointer, typeof(void)), skip];
    }

    /// <summary>Weaves the ends of an async iterator's enumerations in front of the calls that give them to the promise: what awaits them runs inside of those calls.</summary>
    /// <param name="body">The body.</param>
    /// <param name="plans">The plans, each with the local of its start.</param>
    /// <param name="exceptionLocal">A local for the exception.</param>
    /// <exception cref="BadIlException">There are no such calls.</exception>
    public void EndAtPromise(IlBody body, IReadOnlyList<(HookPlan Plan, int Start)> plans, int exceptionLocal)
    {
        bool returns = false;
        for (int i = body.Instructions.Count - 1; i >= 2; i--)
        {
            if (PromiseCall(body.Instructions, i) is not { } name)
            {
                continue;
            }

            bool throwing = name == "SetException";
            returns |= !throwing;
            Instruction skip = IlBody.Make(OpCodes.Nop);
            List<Instruction> code = [IlBody.Make(OpCodes.Dup), throwing ? IlBody.Make(OpCodes.Stloc, exceptionLocal) : IlBody.Make(OpCodes.Brtrue, skip)];
            foreach ((HookPlan plan, int start) in plans.Reverse())
            {
                Begin(plan, throwing ? exceptionLocal : -1, start);
                calls.PushComputedInt(Wants(plan, throwing)
                    ? [.. Load(plan.Iterator!.DisposeMode!), IlBody.Make(OpCodes.Ldc_I4, (int)EventFlags.Stopped), IlBody.Make(OpCodes.Mul)]
                    : [IlBody.Make(OpCodes.Ldc_I4, EnumerationEnd.Unwanted)]);
                code.AddRange(calls.End(EnumerationEnd.Pointer, typeof(void)));
            }

            code.Add(skip);
            body.Instructions.InsertRange(i, code);
        }

        if (!returns)
        {
            throw new BadIlException("it is an async iterator, and the place where its enumerations end was not found");
        }
    }

    private static bool Wants(HookPlan plan, bool throwing) => throwing ? plan.OnThrow : plan.OnReturn;

    private static IEnumerable<Instruction> Clear(int start) => start < 0 ? [] : [IlBody.Make(OpCodes.Ldc_I8, 0L), IlBody.Make(OpCodes.Stloc, start)];

    private void Begin(HookPlan plan, int exceptionLocal, int start)
    {
        calls.Begin();
        calls.PushThis();
        calls.PushObject(exceptionLocal);
        calls.PushInt(plan.Ticket);
        calls.PushLong(start);
    }

    // ldflda promise; what it is given; call SetResult or SetException: the compiler writes them in a row.
    private string? PromiseCall(IReadOnlyList<Instruction> code, int index) =>
        code[index] is { OpCode.Code: Code.Call, Operand: MetadataToken called }
        && code[index - 2] is { OpCode.Code: Code.Ldflda, Operand: MetadataToken field }
        && NameOf(field, isField: true) == IteratorShape.PromiseName
        && NameOf(called, isField: false) is "SetResult" or "SetException"
            ? NameOf(called, isField: false)
            : null;

    private string? NameOf(MetadataToken token, bool isField)
    {
        Type declaring = image.Method.DeclaringType!;
        Type[]? typeArguments = declaring.IsGenericType ? declaring.GetGenericArguments() : null;
        try
        {
            return isField
                ? image.Method.Module.ResolveField(token.ToInt32(), typeArguments, null)?.Name
                : image.Method.Module.ResolveMethod(token.ToInt32(), typeArguments, null)?.Name;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private Instruction[] Load(System.Reflection.FieldInfo field) => [IlBody.Make(OpCodes.Ldarg, 0), IlBody.Make(OpCodes.Ldfld, image.Tokens.Field(field))];
}
