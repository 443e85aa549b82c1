using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Reads of memory that may not be there: by helpers of the kernel, which fail softly.</summary>
internal static class MemoryReads
{
    /// <summary>Emits a read to the stack.</summary>
    /// <param name="code">Takes the code. R0 holds the address; R0 to R5 are changed.</param>
    /// <param name="helper">Reads memory of the kernel or of the process.</param>
    /// <param name="offset">What is added to the address.</param>
    /// <param name="bytes">How many bytes are read.</param>
    /// <param name="slot">Where to: as many bytes at least.</param>
    /// <param name="failed">Where to go when the memory cannot be read.</param>
    public static void Emit(CodeEmitter code, BpfHelper helper, int offset, int bytes, StackSlot slot, Label failed)
    {
        BpfAssembler assembler = code.Assembler;
        assembler.Move(Register.R3, Register.R0);
        if (offset != 0)
        {
            assembler.Alu(AluOperation.Add, Register.R3, offset);
        }

        code.EmitAddress(Register.R1, slot);
        assembler.Move(Register.R2, bytes);
        assembler.Call(helper);
        assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, failed);
    }

    /// <summary>Emits the read of a value in the memory of the process.</summary>
    /// <param name="compiler">Compiles the address.</param>
    /// <param name="memory">The value.</param>
    public static void EmitValue(ExpressionCompiler compiler, MemoryExpression memory)
    {
        CodeEmitter code = compiler.Code;
        Demand(memory);
        compiler.Emit(memory.Address);
        TypeCode representation = ExpressionTypes.RepresentationOf(memory.Type);
        Label failed = code.Assembler.NewLabel("unreadable");
        using StackSlot slot = code.Frame.Take(sizeof(long), ExpressionText.Of(memory));
        Emit(code, BpfHelper.ProbeReadUser, 0, Math.Max(1, Canonical.BitsOf(representation) / 8), slot, failed);
        Canonical.Load(code.Assembler, Register.R0, Register.R10, slot.Offset, representation);
        EmitFailed(compiler, failed);
    }

    /// <summary>Emits what happens after a failed read: a fault with 0. The code goes on behind.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="failed">The label of the failure; it is put here.</param>
    public static void EmitFailed(ExpressionCompiler compiler, Label failed)
    {
        BpfAssembler assembler = compiler.Code.Assembler;
        Label end = assembler.NewLabel("read");
        assembler.Jump(end);
        assembler.Mark(failed);
        compiler.EmitFaultyDefault();
        assembler.Mark(end);
    }

    private static void Demand(MemoryExpression memory)
    {
        if (!ExpressionTypes.IsReadable(memory.Type))
        {
            throw Refusals.Of(memory, $"memory cannot be read as a {TypeText.Of(memory.Type)}.", "Read a number.");
        }
    }
}
