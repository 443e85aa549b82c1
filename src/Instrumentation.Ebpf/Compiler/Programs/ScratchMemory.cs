using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// How a program comes by its scratch memory. Where another task can run the same program in between, each run takes an element of its own: the first word of an element says
/// whether it is taken, and is exchanged atomically. Programs run to their end, so what is taken is given back.
/// </summary>
/// <param name="source">The values of the point.</param>
/// <param name="instructions">What the kernel's instruction set holds.</param>
internal sealed class ScratchMemory(ProgramSource source, InstructionSet instructions)
{
    // A processor that so many tasks were taken from amid the program, all at once, loses the next hit.
    private const int ElementsWherePreempted = 4;

    // Kernels before those that exchange atomically run every program with preemption disabled.
    private readonly bool _isTaken = source.CanBePreempted && instructions >= InstructionSet.V3;

    /// <summary>The elements that each processor needs.</summary>
    public int Elements => _isTaken ? ElementsWherePreempted : 1;

    /// <summary>An empty layout of an element.</summary>
    /// <returns>The layout.</returns>
    public ScratchLayout NewLayout() => new(_isTaken ? sizeof(long) : 0);

    /// <summary>Emits the taking of an element; its address is in <see cref="CodeEmitter.Memory"/> then. R0 to R5 are changed.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="program">The program around.</param>
    /// <param name="map">The memory: a per-CPU array.</param>
    /// <param name="leave">Where to go when none is free: the hit is lost, and counted.</param>
    public void EmitTake(CodeEmitter code, ProbeCompiler program, MapHandle map, Label leave)
    {
        BpfAssembler assembler = code.Assembler;
        assembler.Note("scratch memory");
        if (!_isTaken)
        {
            MapAccess.EmitElement(code, map, "scratch", 0, leave, CodeEmitter.Memory);
            return;
        }

        Label taken = assembler.NewLabel("taken");
        for (int i = 0; i < ElementsWherePreempted; i++)
        {
            MapAccess.EmitElement(code, map, "scratch", i, leave, CodeEmitter.Memory);
            assembler.Move(Register.R1, 1);
            assembler.Atomic(AtomicOperation.Exchange, CodeEmitter.Memory, 0, Register.R1);
            assembler.JumpIf(JumpCondition.Equal, Register.R1, 0, taken);
        }

        program.Count(nameof(ProbeCounters.Lost));
        assembler.Jump(leave);
        assembler.Mark(taken);
    }

    /// <summary>Emits the giving back of the element.</summary>
    /// <param name="code">Takes the code.</param>
    public void EmitGiveBack(CodeEmitter code)
    {
        if (_isTaken)
        {
            code.Assembler.StoreConstant(CodeEmitter.Memory, 0, 0, MemorySize.Bytes8);
        }
    }
}
