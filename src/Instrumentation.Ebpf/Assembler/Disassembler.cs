using System.Globalization;
using System.Text;

namespace Instrumentation.Ebpf.Assembler;

/// <summary>Instructions as text, in the notation of the kernel's verifier, so that its log and ours can be laid side by side.</summary>
internal static class Disassembler
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>All of a program, a line an instruction, with slot numbers, function names and notes.</summary>
    /// <param name="code">The code.</param>
    /// <returns>The text.</returns>
    public static string Text(BpfCode code)
    {
        StringBuilder text = new();
        for (int slot = 0; slot < code.Instructions.Length; slot++)
        {
            foreach (FunctionStart function in code.Functions.Where(function => function.Slot == slot))
            {
                text.Append(Plain, $"{function.Name}:\n");
            }

            if (code.Notes.TryGetValue(slot, out string? note))
            {
                text.Append(Plain, $"; {note}\n");
            }

            text.Append(Plain, $"{slot,4}: {Line(code, slot)}\n");
            slot += code.Instructions[slot].IsWide ? 1 : 0;
        }

        return text.ToString();
    }

    /// <summary>One instruction of a program; maps appear by their names.</summary>
    /// <param name="code">The code.</param>
    /// <param name="slot">The instruction's first slot.</param>
    /// <returns>The text, without the slot's number.</returns>
    public static string Line(BpfCode code, int slot)
    {
        Instruction instruction = code.Instructions[slot];
        if (!instruction.IsWide || slot + 1 >= code.Instructions.Length)
        {
            return Line(instruction);
        }

        Instruction upper = code.Instructions[slot + 1];
        string? map = code.Maps.FirstOrDefault(map => map.Slot == slot).Name;
        return instruction.Source switch
        {
            Opcode.PseudoMap => string.Create(Plain, $"{instruction.Destination.Name()} = map {map ?? "?"}"),
            Opcode.PseudoMapValue => string.Create(Plain, $"{instruction.Destination.Name()} = value of map {map ?? "?"}{upper.Immediate:+0;-0;''}"),
            Opcode.PseudoBtfId => string.Create(Plain, $"{instruction.Destination.Name()} = kernel variable #{instruction.Immediate}"),
            Opcode.PseudoFunction => string.Create(Plain, $"{instruction.Destination.Name()} = function at pc{instruction.Immediate:+0;-0;+0}"),
            _ => string.Create(Plain, $"{instruction.Destination.Name()} = 0x{((ulong)(uint)upper.Immediate << 32) | (uint)instruction.Immediate:x}"),
        };
    }

    /// <summary>One instruction by itself.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <returns>The text.</returns>
    public static string Line(Instruction instruction) => instruction.Class switch
    {
        Opcode.ClassAlu32 or Opcode.ClassAlu64 => Arithmetic(instruction),
        Opcode.ClassJump32 or Opcode.ClassJump64 => Jump(instruction),
        Opcode.ClassLoad => string.Create(Plain, $"{instruction.Destination.Name()} = *({TypeOf(instruction)} *)({instruction.Source.Name()} {instruction.Offset:+0;-0;+0})"),
        Opcode.ClassStoreImmediate => string.Create(Plain, $"{Target(instruction)} = {instruction.Immediate}"),
        Opcode.ClassStore when (instruction.Opcode & Opcode.ModeMask) == Opcode.ModeAtomic => Atomic(instruction),
        Opcode.ClassStore => string.Create(Plain, $"{Target(instruction)} = {instruction.Source.Name()}"),
        _ when instruction.IsWide => string.Create(Plain, $"{instruction.Destination.Name()} = 0x{instruction.Immediate:x}"),
        _ => string.Create(Plain, $"unknown 0x{instruction.Bits:x16}"),
    };

    /// <summary>A register's name.</summary>
    /// <param name="register">The register.</param>
    /// <param name="half">Whether only its lower half is used.</param>
    /// <returns><c>r1</c> or <c>w1</c>.</returns>
    public static string Name(this Register register, bool half = false) => string.Create(Plain, $"{(half ? 'w' : 'r')}{(int)register}");

    private static string Arithmetic(Instruction instruction)
    {
        bool half = instruction.Class == Opcode.ClassAlu32;
        string destination = instruction.Destination.Name(half);
        int operation = instruction.Opcode & Opcode.OperationMask;
        if (operation == Opcode.ByteOrder)
        {
            string order = half ? instruction.UsesSource ? "be" : "le" : "bswap";
            return string.Create(Plain, $"{instruction.Destination.Name()} = {order}{instruction.Immediate} {instruction.Destination.Name()}");
        }

        if (operation == Opcode.Negate)
        {
            return $"{destination} = -{destination}";
        }

        bool extends = operation == (int)AluOperation.Move && instruction.Offset != 0;
        string sign = !extends && instruction.Offset == 1 ? "s" : "";
        string cast = extends ? string.Create(Plain, $"(s{instruction.Offset})") : "";
        string operand = instruction.UsesSource ? cast + instruction.Source.Name(half) : instruction.Immediate.ToString(Plain);
        return $"{destination} {sign}{Symbol((AluOperation)operation)} {operand}";
    }

    private static string Jump(Instruction instruction)
    {
        int operation = instruction.Opcode & Opcode.OperationMask;
        bool half = instruction.Class == Opcode.ClassJump32;
        switch (operation)
        {
            case Opcode.JumpAlways:
                return half ? string.Create(Plain, $"gotol pc{instruction.Immediate:+0;-0;+0}") : string.Create(Plain, $"goto pc{instruction.Offset:+0;-0;+0}");
            case Opcode.Exit:
                return "exit";
            case Opcode.Call:
                return instruction.Source switch
                {
                    Opcode.CallLocal => string.Create(Plain, $"call pc{instruction.Immediate:+0;-0;+0}"),
                    Opcode.CallKernel => string.Create(Plain, $"call kernel-function#{instruction.Immediate}"),
                    _ => string.Create(Plain, $"call {HelperNames.Of(instruction.Immediate)}#{instruction.Immediate}"),
                };
            default:
                string operand = instruction.UsesSource ? instruction.Source.Name(half) : string.Create(Plain, $"0x{instruction.Immediate:x}");
                return string.Create(Plain, $"if {instruction.Destination.Name(half)} {Symbol((JumpCondition)operation)} {operand} goto pc{instruction.Offset:+0;-0;+0}");
        }
    }

    private static string Atomic(Instruction instruction)
    {
        AtomicOperation operation = (AtomicOperation)instruction.Immediate;
        string source = instruction.Source.Name();
        string memory = string.Create(Plain, $"({TypeOf(instruction)} *)({instruction.Destination.Name()} {instruction.Offset:+0;-0;+0})");
        string wide = (instruction.Opcode & Opcode.SizeMask) == (int)MemorySize.Bytes8 ? "64" : "";
        return operation switch
        {
            AtomicOperation.Exchange => $"{source} = atomic{wide}_xchg({memory}, {source})",
            AtomicOperation.CompareExchange => $"r0 = atomic{wide}_cmpxchg({memory}, r0, {source})",
            AtomicOperation.FetchAdd => $"{source} = atomic{wide}_fetch_add({memory}, {source})",
            AtomicOperation.FetchAnd => $"{source} = atomic{wide}_fetch_and({memory}, {source})",
            AtomicOperation.FetchOr => $"{source} = atomic{wide}_fetch_or({memory}, {source})",
            AtomicOperation.FetchXor => $"{source} = atomic{wide}_fetch_xor({memory}, {source})",
            _ => $"lock *{memory} {Symbol((AluOperation)operation)} {source}",
        };
    }

    private static string Target(Instruction instruction) =>
        string.Create(Plain, $"*({TypeOf(instruction)} *)({instruction.Destination.Name()} {instruction.Offset:+0;-0;+0})");

    private static string TypeOf(Instruction instruction)
    {
        char sign = (instruction.Opcode & Opcode.ModeMask) == Opcode.ModeSigned ? 's' : 'u';
        return string.Create(Plain, $"{sign}{((MemorySize)(instruction.Opcode & Opcode.SizeMask)).ByteCount() * 8}");
    }

    private static string Symbol(AluOperation operation) => operation switch
    {
        AluOperation.Add => "+=",
        AluOperation.Subtract => "-=",
        AluOperation.Multiply => "*=",
        AluOperation.Divide => "/=",
        AluOperation.Or => "|=",
        AluOperation.And => "&=",
        AluOperation.ShiftLeft => "<<=",
        AluOperation.ShiftRight => ">>=",
        AluOperation.Modulo => "%=",
        AluOperation.Xor => "^=",
        AluOperation.Move => "=",
        AluOperation.ArithmeticShiftRight => "s>>=",
        _ => "?=",
    };

    private static string Symbol(JumpCondition condition) => condition switch
    {
        JumpCondition.Equal => "==",
        JumpCondition.Greater => ">",
        JumpCondition.GreaterOrEqual => ">=",
        JumpCondition.BitsSet => "&",
        JumpCondition.NotEqual => "!=",
        JumpCondition.SignedGreater => "s>",
        JumpCondition.SignedGreaterOrEqual => "s>=",
        JumpCondition.Less => "<",
        JumpCondition.LessOrEqual => "<=",
        JumpCondition.SignedLess => "s<",
        JumpCondition.SignedLessOrEqual => "s<=",
        _ => "?",
    };
}
