using Iced.Intel;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Finds, for the beginning of a function, a later instruction at which a hit costs less and means the same. What lies between only computes in registers that
/// hold no argument, so arguments, stack and return address are as at the beginning; and nothing in the file jumps behind the beginning or, where the function jumps
/// through registers, knows an address there.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="symbols">Its functions.</param>
internal sealed class SiteChooser(ElfFile file, ElfSymbols symbols)
{
    private const int MostSkipped = 6;

    // What is looked at in all: a file may claim that thousands of large functions lie in each other.
    private const long MostBytes = 256 * 1024 * 1024;

    private readonly InstructionInfoFactory _registers = new();
    private long _left = MostBytes;

    /// <summary>Chooses among several functions at once: the file is searched for jumps once.</summary>
    /// <param name="functions">The functions: their addresses, and their sizes as far as they are known.</param>
    /// <returns>For each, what is skipped; empty to stay at the beginning.</returns>
    public IReadOnlyList<IReadOnlyList<Instruction>> Choose(IReadOnlyList<(ulong Address, ulong Size)> functions)
    {
        IReadOnlyList<Instruction>[] skipped = [.. functions.Select(function => CodeOf(function) is { IsWhole: true } code ? Skippable(code) : [])];
        HashSet<ulong> behind = [];
        foreach (IReadOnlyList<Instruction> one in skipped)
        {
            behind.UnionWith(Behind(one));
        }

        if (behind.Count > 0)
        {
            HashSet<ulong> reached = new BranchTargets(file, symbols).Among(behind);
            HashSet<ulong>? held = null;
            CodePointers pointers = new(file);
            bool MayJumpThere((ulong Address, ulong Size) function, HashSet<ulong> own) => CodeOf(function) is not { } code
                || (CodePointers.JumpsBlindly(code) && (own.Overlaps(held ??= pointers.Among(behind)) || pointers.TablesReach(code, own)));
            for (int i = 0; i < skipped.Length; i++)
            {
                HashSet<ulong> own = [.. Behind(skipped[i])];
                if (own.Overlaps(reached)
                    || (own.Count > 0 && MayJumpThere(functions[i], own)))
                {
                    skipped[i] = [];
                }
            }
        }

        return skipped;
    }

    // All addresses at which the function could be entered behind its beginning and still be counted, or counted twice.
    private static IEnumerable<ulong> Behind(IReadOnlyList<Instruction> skipped)
    {
        if (skipped.Count > 0)
        {
            for (ulong address = skipped[0].IP + 1; address <= skipped[^1].NextIP; address++)
            {
                yield return address;
            }
        }
    }

    // The bytes of a thousand functions are not kept, but read again where they are needed.
    private FunctionCode? CodeOf((ulong Address, ulong Size) function)
    {
        FunctionCode? code = _left > 0 ? FunctionCode.Read(file, function.Address, function.Size) : null;
        _left -= code is null ? 0 : (long)(code.End - code.Address);
        return code;
    }

    private List<Instruction> Skippable(FunctionCode code)
    {
        List<Instruction> skipped = [];
        foreach (Instruction instruction in code.Instructions)
        {
            if (ProbeableInstruction.IsEmulated(instruction))
            {
                return skipped;
            }

            if (skipped.Count == MostSkipped || !IsHarmless(instruction))
            {
                return [];
            }

            skipped.Add(instruction);
        }

        return [];
    }

    private bool IsHarmless(in Instruction instruction)
    {
        if (instruction.Mnemonic is Mnemonic.Endbr64)
        {
            return true;
        }

        bool computes = instruction.Mnemonic is Mnemonic.Nop or Mnemonic.Lea or Mnemonic.Mov or Mnemonic.Movzx or Mnemonic.Movsx or Mnemonic.Movsxd
            or Mnemonic.Xor or Mnemonic.Test or Mnemonic.Cmp or Mnemonic.And or Mnemonic.Or or Mnemonic.Add or Mnemonic.Sub;
        if (!computes || instruction.FlowControl != FlowControl.Next)
        {
            return false;
        }

        InstructionInfo info = _registers.GetInfo(instruction);
        foreach (UsedMemory memory in info.GetUsedMemory())
        {
            if (memory.Access is not (OpAccess.None or OpAccess.NoMemAccess))
            {
                return false;
            }
        }

        foreach (UsedRegister used in info.GetUsedRegisters())
        {
            if (used.Access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite
                && used.Register.GetFullRegister() is not (Register.RAX or Register.R10 or Register.R11 or Register.RBX or Register.R12 or Register.R13 or Register.R14 or Register.R15))
            {
                return false;
            }
        }

        return true;
    }
}
