using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Changes that surely make a compiler's body wrong. Each gives false, and changes nothing, where the body has no place for it.</summary>
internal sealed class Mutations(Random random, IlBody body, StackTypes[] locals)
{
    /// <summary>All of them, by name.</summary>
    public static readonly (string Name, Func<Mutations, bool> Apply)[] All =
    [
        ("a value is dropped at the start", static body => body.Insert(0, IlBody.Make(OpCodes.Pop))),
        ("the first push is missing", static body => body.DropFirstPush()),
        ("any push is missing", static body => body.DropPush()),
        ("a value too many is returned", static body => body.BeforeReturn(OpCodes.Ldnull)),
        ("a value too few is returned", static body => body.BeforeReturn(OpCodes.Pop)),
        ("a result is not popped", static body => body.DropPop()),
        ("a branch goes into an instruction", static body => body.Retarget(middle: true)),
        ("a branch goes behind the end", static body => body.Retarget(middle: false)),
        ("the stack is too small", static body => body.ShrinkStack()),
        ("the code has no end", static body => body.DropLast()),
        ("an int32 becomes an object", static body => body.Store(StackTypes.Int32, OpCodes.Ldnull)),
        ("an int64 becomes an object", static body => body.Store(StackTypes.Int64, OpCodes.Ldnull)),
        ("an object becomes an int32", static body => body.Store(StackTypes.Object, OpCodes.Ldc_I4_1)),
        ("an object becomes a float", static body => body.Store(StackTypes.Object, OpCodes.Ldc_R8, 0L)),
        ("a struct becomes an int32", static body => body.Store(StackTypes.Value, OpCodes.Ldc_I4_1)),
        ("a local that there is not", static body => body.Replace(Code.Ldloc, static old => old.Operand = 60_000)),
        ("a method that there is not", static body => body.Replace(Code.Call, static old => old.Operand = new MetadataToken(0x0AFFFFFF))),
        ("a type that there is not", static body => body.ReplaceToken(OperandType.InlineType, 0x0200_FFFF)),
        ("a method where a type belongs", static body => body.ReplaceToken(OperandType.InlineType, 0x0600_0001)),
        ("a type where a field belongs", static body => body.ReplaceToken(OperandType.InlineField, 0x0200_0001)),
        ("a float where an integer or object meets it", static body => body.Meet()),
        ("a leave becomes a br", static body => body.Replace(Code.Leave, static old => old.OpCode = OpCodes.Br)),
        ("a leave becomes a ret", static body => body.Replace(Code.Leave, static old => (old.OpCode, old.Operand) = (OpCodes.Ret, null))),
        ("an endfinally becomes a ret", static body => body.Replace(Code.Endfinally, static old => old.OpCode = OpCodes.Ret)),
        ("a ret becomes an endfinally", static body => body.Replace(Code.Ret, static old => old.OpCode = OpCodes.Endfinally)),
        ("a ret becomes a rethrow", static body => body.Replace(Code.Ret, static old => old.OpCode = OpCodes.Rethrow)),
        ("a rethrow becomes a ret", static body => body.Replace(Code.Rethrow, static old => old.OpCode = OpCodes.Ret)),
        ("the ends of a try are swapped", static body => body.Clause(static clause => (clause.TryStart, clause.TryEnd) = (clause.TryEnd, clause.TryStart))),
        ("the ends of a handler are swapped", static body => body.Clause(static clause => (clause.HandlerStart, clause.HandlerEnd) = (clause.HandlerEnd, clause.HandlerStart))),
        ("a try and its handler are swapped", static body => body.Clause(static clause => (clause.TryStart, clause.TryEnd, clause.HandlerStart, clause.HandlerEnd) =
            (clause.HandlerStart, clause.HandlerEnd, clause.TryStart, clause.TryEnd))),
        ("a try covers its handler", static body => body.Clause(static clause => clause.TryEnd = clause.HandlerEnd)),
        ("a handler begins with its try", static body => body.Clause(static clause => clause.HandlerStart = clause.TryStart)),
        ("a try ends too late", static body => body.Clause(clause => clause.TryEnd = body.Next(clause.TryEnd))),
        ("a handler begins too late", static body => body.Clause(clause => clause.HandlerStart = body.Next(clause.HandlerStart))),
        ("outer clauses come first", static body => body.ReverseNested()),
    ];

    private static readonly HashSet<Code> Pushes =
    [
        Code.Ldarg, Code.Ldarg_0, Code.Ldarg_1, Code.Ldarg_2, Code.Ldarg_3, Code.Ldarg_S, Code.Ldloc, Code.Ldloc_0, Code.Ldloc_1, Code.Ldloc_S, Code.Ldloca_S,
        Code.Ldarga_S, Code.Ldnull, Code.Ldstr, Code.Ldc_I4, Code.Ldc_I4_0, Code.Ldc_I4_1, Code.Ldc_I4_S, Code.Ldc_I8, Code.Ldsfld, Code.Ldsflda,
    ];

    private static readonly HashSet<Code> Constants = [Code.Ldnull, Code.Ldstr, Code.Ldc_I4, Code.Ldc_I4_0, Code.Ldc_I4_1, Code.Ldc_I4_S];

    private List<Instruction> Instructions => body.Instructions;

    private Instruction Next(Instruction instruction)
    {
        int next = Instructions.IndexOf(instruction) + 1;
        return next > 0 && next < Instructions.Count ? Instructions[next] : body.End;
    }

    private bool Insert(int index, Instruction instruction)
    {
        Instructions.Insert(index, instruction);
        return true;
    }

    // What the first instruction pushes lies at the bottom of the stack, where something is going to miss it at once or in the end.
    private bool DropFirstPush()
    {
        if (!Pushes.Contains(Instructions[0].OpCode.Code) || IsTarget(Instructions[0]) || Instructions[1].OpCode.FlowControl == FlowControl.Throw)
        {
            return false;
        }

        Erase(Instructions[0]);
        return true;
    }

    // A throw discards what is then left over: where the values of an unfinished call lie below, another may be missing without a trace.
    private bool DropPush()
    {
        Instruction[] pushes = [.. Instructions.Where(static instruction => Pushes.Contains(instruction.OpCode.Code))];
        if (pushes.Length == 0 || Instructions.Exists(static instruction => instruction.OpCode.Code == Code.Throw))
        {
            return false;
        }

        Erase(pushes[random.Next(pushes.Length)]);
        return true;
    }

    private static void Erase(Instruction instruction)
    {
        instruction.OpCode = OpCodes.Nop;
        instruction.Operand = null;
    }

    // The compiler leaves no code that is never reached, and the last ret less than any.
    private bool BeforeReturn(OpCode added)
    {
        int last = Instructions.FindLastIndex(static instruction => instruction.OpCode.Code == Code.Ret);
        if (last < 0)
        {
            return false;
        }

        // In place, so that branches to the ret go to what is added.
        Instructions[last].OpCode = added;
        return Insert(last + 1, IlBody.Make(OpCodes.Ret));
    }

    // A throw or leave discards what is too many.
    private bool DropPop() => body.Handlers.Count == 0
        && !Instructions.Exists(static instruction => instruction.OpCode.Code == Code.Throw)
        && Replace(Code.Pop, static old => old.OpCode = OpCodes.Nop);

    private bool Retarget(bool middle)
    {
        Instruction[] branches = [.. Instructions.Where(static instruction => instruction.Operand is Instruction)];
        Instruction[] wide = [.. Instructions.Where(static instruction => IlOpCodes.SizeOf(instruction) > 1)];
        if (branches.Length == 0)
        {
            return false;
        }

        _ = IlWriter.Write(body, []);
        Instruction stray = IlBody.Make(OpCodes.Nop);
        stray.Offset = middle ? wide[random.Next(wide.Length)].Offset + 1 : body.End.Offset + random.Next(3);
        branches[random.Next(branches.Length)].Operand = stray;
        return true;
    }

    private bool ShrinkStack()
    {
        int pushes = Instructions.TakeWhile(static instruction => Pushes.Contains(instruction.OpCode.Code)).Count();
        body.MaxStack = pushes - 1;
        return pushes > 0;
    }

    private bool DropLast()
    {
        Erase(Instructions[^1]);
        return true;
    }

    private bool ReplaceToken(OperandType kind, uint token)
    {
        Instruction[] places = [.. Instructions.Where(instruction => instruction.OpCode.OperandType == kind)];
        if (places.Length == 0)
        {
            return false;
        }

        places[random.Next(places.Length)].Operand = new MetadataToken(token);
        return true;
    }

    // One path loads a value and jumps behind the constant that the other path loads.
    private bool Meet()
    {
        int[] jumps = [.. Enumerable.Range(1, Instructions.Count - 1).Where(index => Instructions[index].OpCode.Code == Code.Br
            && Pushes.Contains(Instructions[index - 1].OpCode.Code)
            && !IsTarget(Instructions[index])
            && Instructions.IndexOf((Instruction)Instructions[index].Operand) is int meeting
            && meeting != index + 1
            && Constants.Contains(Instructions[meeting - 1].OpCode.Code))];
        if (jumps.Length == 0)
        {
            return false;
        }

        Instruction load = Instructions[jumps[random.Next(jumps.Length)] - 1];
        (load.OpCode, load.Operand) = (OpCodes.Ldc_R8, 0L);
        return true;
    }

    // A value is loaded and stored at once: another value is loaded.
    private bool Store(StackTypes type, OpCode other, object? operand = null)
    {
        int[] places = [.. Enumerable.Range(0, Instructions.Count - 1).Where(index => Pushes.Contains(Instructions[index].OpCode.Code)
            && IsStoreTo(type, Instructions[index + 1])
            && !IsTarget(Instructions[index + 1]))];
        if (places.Length == 0)
        {
            return false;
        }

        Instruction load = Instructions[places[random.Next(places.Length)]];
        load.OpCode = other;
        load.Operand = operand;
        return true;
    }

    private bool IsStoreTo(StackTypes type, Instruction instruction)
    {
        int local = instruction.OpCode.Code switch
        {
            Code.Stloc_0 => 0,
            Code.Stloc_1 => 1,
            Code.Stloc_2 => 2,
            Code.Stloc_3 => 3,
            Code.Stloc or Code.Stloc_S => (int)instruction.Operand,
            _ => -1,
        };
        return local >= 0 && locals[local] == type;
    }

    private bool Replace(Code code, Action<Instruction> change)
    {
        Instruction[] places = [.. Instructions.Where(instruction => instruction.OpCode.Code == code || instruction.OpCode.Name.StartsWith(code.ToString().ToLowerInvariant() + ".", StringComparison.Ordinal))];
        if (places.Length == 0)
        {
            return false;
        }

        Instruction place = places[random.Next(places.Length)];
        if (place.OpCode.Code != code)
        {
            place.OpCode = code == Code.Ldloc ? OpCodes.Ldloc : place.OpCode;
        }

        change(place);
        return true;
    }

    private bool Clause(Action<IlHandler> change)
    {
        if (body.Handlers.Count == 0)
        {
            return false;
        }

        change(body.Handlers[random.Next(body.Handlers.Count)]);
        return true;
    }

    private bool ReverseNested()
    {
        bool nested = body.Handlers.Exists(inner => body.Handlers.Exists(outer => outer != inner
            && Instructions.IndexOf(outer.TryStart) <= Instructions.IndexOf(inner.TryStart)
            && Instructions.IndexOf(inner.HandlerStart) is int start && start < Instructions.IndexOf(outer.HandlerStart)
            && outer.TryEnd != inner.TryEnd));
        body.Handlers.Reverse();
        return nested;
    }

    private bool IsTarget(Instruction instruction) =>
        Instructions.Exists(branch => branch.Operand == instruction || (branch.Operand is Instruction[] targets && targets.Contains(instruction)));
}
