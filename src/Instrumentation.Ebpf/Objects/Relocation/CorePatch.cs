using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>Puts the answer of a relocation into an instruction.</summary>
internal static class CorePatch
{
    // A call of a function that no kernel has: the verifier refuses it if it comes to it, and leaves it out if the path is dead.
    private static readonly Instruction Poison = new(Opcode.ClassJump64 | Opcode.Call, Register.R0, Register.R0, 0, 0xbad2310);

    /// <summary>Changes an instruction.</summary>
    /// <param name="code">The instructions of the section.</param>
    /// <param name="slot">The instruction's slot.</param>
    /// <param name="local">What the compiler put into it.</param>
    /// <param name="target">What belongs there.</param>
    /// <returns>Null if that was done; else why it cannot be.</returns>
    public static string? Apply(Instruction[] code, int slot, CoreValue local, CoreValue target)
    {
        Instruction instruction = code[slot];
        switch (instruction.Class)
        {
            case Opcode.ClassAlu32 or Opcode.ClassAlu64 when !instruction.UsesSource:
                if (local.IsCertain && unchecked((uint)instruction.Immediate != (uint)local.Value))
                {
                    return Unexpected(instruction.Immediate, local);
                }

                code[slot] = instruction.WithImmediate(unchecked((int)target.Value));
                return null;
            case Opcode.ClassLoad or Opcode.ClassStore or Opcode.ClassStoreImmediate:
                return ApplyToMemory(code, slot, local, target);
            case Opcode.ClassConstant when instruction.IsWide && slot + 1 < code.Length:
                ulong value = (uint)instruction.Immediate | ((ulong)(uint)code[slot + 1].Immediate << 32);
                if (local.IsCertain && value != local.Value)
                {
                    return Unexpected(unchecked((long)value), local);
                }

                code[slot] = instruction.WithImmediate(unchecked((int)target.Value));
                code[slot + 1] = code[slot + 1].WithImmediate((int)(target.Value >> 32));
                return null;
            default:
                return "the instruction is none that can be adapted";
        }
    }

    /// <summary>Makes an instruction one that the verifier does not let run.</summary>
    /// <param name="code">The instructions of the section.</param>
    /// <param name="slot">The instruction's slot.</param>
    public static void Spoil(Instruction[] code, int slot)
    {
        if (code[slot].IsWide && slot + 1 < code.Length)
        {
            code[slot + 1] = Poison;
        }

        code[slot] = Poison;
    }

    private static string? ApplyToMemory(Instruction[] code, int slot, CoreValue local, CoreValue target)
    {
        Instruction instruction = code[slot];
        if (local.IsCertain && instruction.Offset != unchecked((long)local.Value))
        {
            return Unexpected(instruction.Offset, local);
        }

        if (target.Value > (ulong)short.MaxValue)
        {
            return $"the field lies at {target.Value}, farther than an instruction reaches";
        }

        instruction = instruction.WithOffset((short)target.Value);
        if (local.Size != target.Size && local.Size != 0 && target.Size != 0)
        {
            // A wider or narrower unsigned number is loaded as what it is: a register has room for it and zeros above.
            if (local.Type is not { Kind: BtfKind.Int, IsSigned: false } || target.Type is not { Kind: BtfKind.Int, IsSigned: false })
            {
                return $"the field has {target.Size} bytes instead of {local.Size}, and only unsigned numbers can change their size";
            }

            int? size = target.Size switch { 1 => 0x10, 2 => 0x08, 4 => 0x00, 8 => 0x18, _ => null };
            if (size is null)
            {
                return $"the field has {target.Size} bytes, which no instruction loads";
            }

            instruction = new Instruction((instruction.Bits & ~(ulong)Opcode.SizeMask) | (uint)size.Value);
        }

        code[slot] = instruction;
        return null;
    }

    private static string Unexpected(long found, CoreValue local) => $"the instruction holds {found}, and by the object's types it is to hold {unchecked((long)local.Value)}";
}
