using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// What the parts of a program that is being compiled share: the assembler, the stack, the scratch memory, and which register holds what.
/// <see cref="Register.R0"/> to <see cref="Register.R5"/> are temporaries that any emitted part may change; a value is handed on in <see cref="Register.R0"/>.
/// </summary>
/// <remarks>
/// Values are canonical: 64 bits, extended by the sign for signed types and by zeros for unsigned ones, char, bool (0 or 1) and code addresses; a
/// duration is a signed number of nanoseconds.
/// </remarks>
internal sealed class CodeEmitter
{
    /// <summary>Holds the address of the program's context throughout.</summary>
    public const Register Context = Register.R6;

    /// <summary>Holds 1 when something of the current evaluation faulted, else 0. Whoever begins an evaluation clears it.</summary>
    public const Register Fault = Register.R7;

    /// <summary>Holds the address of the probe's statistics throughout; only the program around the expressions uses it.</summary>
    public const Register Statistics = Register.R8;

    /// <summary>Holds the address of the scratch memory of this processor throughout: never null, <see cref="ScratchLayout.Size"/> bytes.</summary>
    public const Register Memory = Register.R9;

    /// <summary>Begins a program.</summary>
    /// <param name="assembler">Takes the instructions.</param>
    /// <param name="scratch">The layout of the memory that <see cref="Memory"/> points to; the program around the expressions may have taken some of it.</param>
    /// <param name="frame">The stack; null for one that is empty.</param>
    public CodeEmitter(BpfAssembler assembler, ScratchLayout scratch, StackFrame? frame = null)
    {
        Assembler = assembler;
        Scratch = scratch;
        Frame = frame ?? new StackFrame();
    }

    /// <summary>Takes the instructions.</summary>
    public BpfAssembler Assembler { get; }

    /// <summary>The stack of the program.</summary>
    public StackFrame Frame { get; }

    /// <summary>The layout of the scratch memory.</summary>
    public ScratchLayout Scratch { get; }

    /// <summary>Clears the fault flag: the beginning of an evaluation.</summary>
    public void EmitNoFault() => Assembler.Move(Fault, 0);

    /// <summary>Sets the fault flag. The registers that hold values stay as they are.</summary>
    public void EmitFault() => Assembler.Move(Fault, 1);

    /// <summary>Puts the address of a stack slot into a register.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="slot">The slot.</param>
    public void EmitAddress(Register destination, StackSlot slot)
    {
        Assembler.Move(destination, Register.R10);
        Assembler.Alu(AluOperation.Add, destination, slot.Offset);
    }
}
