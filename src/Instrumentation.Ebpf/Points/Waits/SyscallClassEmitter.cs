using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>Emits the class of a system call: a search by halving among ranges of numbers, without a map.</summary>
internal static class SyscallClassEmitter
{
    /// <summary>Emits it.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="number">Holds the number, from 0; it stays.</param>
    /// <param name="result">Receives <see cref="SyscallClass.Bits"/>.</param>
    public static void Emit(BpfAssembler assembler, Register number, Register result)
    {
        Label found = assembler.NewLabel("class");
        Emit(assembler, number, result, SyscallClasses.Ranges, 0, SyscallClasses.Ranges.Count, found);
        assembler.Mark(found);
    }

    private static void Emit(BpfAssembler assembler, Register number, Register result, IReadOnlyList<(int First, SyscallClass Class)> ranges, int first, int end, Label found)
    {
        if (end - first == 1)
        {
            assembler.Move(result, ranges[first].Class.Bits);
            assembler.Jump(found);
            return;
        }

        int middle = first + ((end - first) / 2);
        Label upper = assembler.NewLabel("upper");
        assembler.JumpIf(JumpCondition.GreaterOrEqual, number, ranges[middle].First, upper);
        Emit(assembler, number, result, ranges, first, middle, found);
        assembler.Mark(upper);
        Emit(assembler, number, result, ranges, middle, end, found);
    }
}
