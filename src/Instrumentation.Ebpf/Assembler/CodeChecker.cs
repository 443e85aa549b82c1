namespace Instrumentation.Ebpf.Assembler;

/// <summary>Something that the kernel's verifier would refuse.</summary>
/// <param name="Slot">The instruction.</param>
/// <param name="Text">What is wrong.</param>
internal readonly record struct CodeFault(int Slot, string Text);

/// <summary>
/// A small verifier: finds jumps out of a function or into a constant, ends that are no exit, instructions that nothing reaches, registers that are read
/// before they are set on some path, and accesses beyond the stack. It knows nothing of values: what it passes the kernel may still refuse.
/// </summary>
internal sealed class CodeChecker
{
    private const int StackBytes = 512;

    private readonly BpfCode _code;
    private readonly ControlFlow _flow;
    private readonly List<CodeFault> _faults = [];

    private CodeChecker(BpfCode code)
    {
        _code = code;
        _flow = new ControlFlow(code);
    }

    /// <summary>Finds faults.</summary>
    /// <param name="code">The code.</param>
    /// <returns>The faults, by their instructions; none for code without any.</returns>
    public static IReadOnlyList<CodeFault> Check(BpfCode code)
    {
        CodeChecker checker = new(code);
        checker.CheckShape();
        if (checker._faults.Count == 0)
        {
            checker.CheckRegisters();
        }

        return [.. checker._faults.OrderBy(static fault => fault.Slot)];
    }

    private void CheckShape()
    {
        int count = _code.Instructions.Length;
        if (count == 0)
        {
            Report(0, "the program is empty");
            return;
        }

        if (_code.Instructions[^1].IsWide && !_flow.SecondSlots.Contains(count - 1))
        {
            Report(count - 1, "the constant lacks its upper half");
            return;
        }

        foreach (int start in _flow.Starts.Where(start => start < 0 || start >= count || _flow.SecondSlots.Contains(start)))
        {
            Report(start, "a call leads out of the program");
            return;
        }

        for (int slot = 0; slot < count; slot++)
        {
            if (!_flow.SecondSlots.Contains(slot))
            {
                CheckInstruction(slot);
            }
        }
    }

    private void CheckInstruction(int slot)
    {
        Instruction instruction = _code.Instructions[slot];
        int start = _flow.StartOf(slot);
        int end = _flow.EndOf(slot);
        foreach (int next in _flow.After(slot))
        {
            if (next == slot + (instruction.IsWide ? 2 : 1) && next == end)
            {
                Report(slot, "the function ends without an exit or a jump");
            }
            else if (next < start || next >= end || _flow.SecondSlots.Contains(next))
            {
                Report(slot, "the jump leads out of its function or into a constant");
            }
        }

        RegisterUse use = RegisterUse.Of(instruction, RegisterSet.None);
        if (instruction.Destination > Register.R10 || (use.Reads.Bits >> 11) != 0 || use.Writes.Contains(Register.R10))
        {
            Report(slot, "r10 is read-only, and there is none above");
        }

        CheckStack(slot, instruction);
    }

    private void CheckStack(int slot, Instruction instruction)
    {
        bool loads = instruction.Class == Opcode.ClassLoad && instruction.Source == Register.R10;
        bool stores = instruction.Class is Opcode.ClassStore or Opcode.ClassStoreImmediate && instruction.Destination == Register.R10;
        int bytes = ((MemorySize)(instruction.Opcode & Opcode.SizeMask)).ByteCount();
        if ((loads || stores) && (instruction.Offset < -StackBytes || instruction.Offset + bytes > 0))
        {
            Report(slot, $"{bytes} bytes at r10 {instruction.Offset:+0;-0;+0} lie outside of the stack");
        }
    }

    // Forward: a register is set at an instruction when it is set on all ways to it.
    private void CheckRegisters()
    {
        int count = _code.Instructions.Length;
        Liveness liveness = new(_code);
        RegisterSet?[] before = new RegisterSet?[count];
        Queue<int> open = new();
        foreach (int start in _flow.Starts)
        {
            RegisterSet arguments = start == 0 ? Register.R1 : _flow.Callbacks.Contains(start) ? RegisterSet.Arguments : liveness.Before(start) & RegisterSet.Arguments;
            before[start] = arguments | Register.R10;
            open.Enqueue(start);
        }

        while (open.TryDequeue(out int slot))
        {
            RegisterUse use = UseOf(slot, liveness);
            RegisterSet after = (before[slot]!.Value - use.Unsets) | use.Writes;
            foreach (int next in _flow.After(slot))
            {
                RegisterSet merged = before[next] is { } known ? known & after : after;
                if (before[next] != merged)
                {
                    before[next] = merged;
                    open.Enqueue(next);
                }
            }
        }

        for (int slot = 0; slot < count; slot++)
        {
            if (_flow.SecondSlots.Contains(slot))
            {
                continue;
            }

            if (before[slot] is not { } set)
            {
                Report(slot, "nothing reaches it");
            }
            else if (UseOf(slot, liveness).Reads - set is { Bits: not 0 } missing)
            {
                Report(slot, $"{missing} may be unset");
            }
        }
    }

    private RegisterUse UseOf(int slot, Liveness liveness)
    {
        RegisterSet call = _flow.CalleeOf(slot) is { } callee ? liveness.Before(callee) & RegisterSet.Arguments : RegisterSet.None;
        return RegisterUse.Of(_code.Instructions[slot], call);
    }

    private void Report(int slot, string text) => _faults.Add(new CodeFault(slot, text));
}
