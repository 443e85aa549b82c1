namespace Instrumentation.Ebpf.Assembler;

/// <summary>Which registers hold a value that is still read, at each instruction.</summary>
internal sealed class Liveness
{
    private readonly RegisterSet[] _before;

    /// <summary>Computes it, backward from the uses, until nothing changes.</summary>
    /// <param name="code">The code; its jumps stay inside it.</param>
    public Liveness(BpfCode code)
    {
        ControlFlow flow = new(code);
        int count = code.Instructions.Length;
        _before = new RegisterSet[count];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int slot = count - 1; slot >= 0; slot--)
            {
                if (flow.SecondSlots.Contains(slot))
                {
                    continue;
                }

                RegisterSet after = default;
                foreach (int next in flow.After(slot))
                {
                    after |= next >= 0 && next < count ? _before[next] : RegisterSet.None;
                }

                // What a function of the program takes is what it reads before it writes.
                RegisterSet call = flow.CalleeOf(slot) is { } callee && callee >= 0 && callee < count ? _before[callee] & RegisterSet.Arguments : RegisterSet.Arguments;
                RegisterUse use = RegisterUse.Of(code.Instructions[slot], call);
                RegisterSet before = (after - use.Writes - use.Unsets) | use.Reads;
                changed |= before != _before[slot];
                _before[slot] = before;
            }
        }
    }

    /// <summary>The registers whose value at an instruction is read there or later.</summary>
    /// <param name="slot">The instruction's first slot.</param>
    /// <returns>The registers.</returns>
    public RegisterSet Before(int slot) => _before[slot];
}
