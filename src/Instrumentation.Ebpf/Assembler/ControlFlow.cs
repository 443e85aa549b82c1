namespace Instrumentation.Ebpf.Assembler;

/// <summary>Where code goes from each instruction, and which function each belongs to.</summary>
internal sealed class ControlFlow
{
    private readonly BpfCode _code;

    /// <summary>Looks at code.</summary>
    /// <param name="code">The code.</param>
    public ControlFlow(BpfCode code)
    {
        _code = code;
        for (int slot = 0; slot < code.Instructions.Length; slot++)
        {
            if (code.Instructions[slot].IsWide)
            {
                SecondSlots.Add(++slot);
            }
        }

        Starts = [.. FindStarts().Order()];
    }

    /// <summary>The slots that hold only the upper half of a constant.</summary>
    public HashSet<int> SecondSlots { get; } = [];

    /// <summary>The first slots of all functions, ascending.</summary>
    public IReadOnlyList<int> Starts { get; }

    /// <summary>The first slots of functions that helpers call back: all of their arguments are set.</summary>
    public HashSet<int> Callbacks { get; } = [];

    /// <summary>The slot after the last of the function that holds a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The end.</returns>
    public int EndOf(int slot) => Starts.FirstOrDefault(start => start > slot, _code.Instructions.Length);

    /// <summary>The first slot of the function that holds a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The start.</returns>
    public int StartOf(int slot) => Starts.LastOrDefault(start => start <= slot);

    /// <summary>The slots that may run after a slot in the same function; a call goes on behind itself.</summary>
    /// <param name="slot">The first slot of an instruction.</param>
    /// <returns>None after an exit, else one or two; they may lie outside of the code.</returns>
    public IEnumerable<int> After(int slot)
    {
        Instruction instruction = _code.Instructions[slot];
        bool jumps = instruction.Class is Opcode.ClassJump32 or Opcode.ClassJump64;
        int operation = instruction.Opcode & Opcode.OperationMask;
        if (!jumps || operation == Opcode.Call)
        {
            yield return slot + (instruction.IsWide ? 2 : 1);
            yield break;
        }

        if (operation == Opcode.Exit)
        {
            yield break;
        }

        bool always = operation == Opcode.JumpAlways;
        yield return slot + 1 + (always && instruction.Class == Opcode.ClassJump32 ? instruction.Immediate : instruction.Offset);
        if (!always)
        {
            yield return slot + 1;
        }
    }

    /// <summary>The function that an instruction calls.</summary>
    /// <param name="slot">The instruction.</param>
    /// <returns>The function's first slot; null when it calls none of this program.</returns>
    public int? CalleeOf(int slot)
    {
        Instruction instruction = _code.Instructions[slot];
        return instruction.Opcode == (Opcode.ClassJump64 | Opcode.Call) && instruction.Source == Opcode.CallLocal ? slot + 1 + instruction.Immediate : null;
    }

    private HashSet<int> FindStarts()
    {
        HashSet<int> starts = [0];
        for (int slot = 0; slot < _code.Instructions.Length; slot++)
        {
            if (SecondSlots.Contains(slot))
            {
                continue;
            }

            if (CalleeOf(slot) is { } callee)
            {
                starts.Add(callee);
            }

            Instruction instruction = _code.Instructions[slot];
            if (instruction.IsWide && instruction.Source == Opcode.PseudoFunction)
            {
                starts.Add(slot + 1 + instruction.Immediate);
                Callbacks.Add(slot + 1 + instruction.Immediate);
            }
        }

        return starts;
    }
}
