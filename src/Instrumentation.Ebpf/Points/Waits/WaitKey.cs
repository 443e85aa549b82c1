using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The key of a thread that does not run, a <see cref="CallKey"/>: the address of its task, which no other has meanwhile.</summary>
internal static class WaitKey
{
    /// <summary>Emits it for an argument of the program.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="key">Where to.</param>
    /// <param name="argument">The number of the argument that is the task.</param>
    public static void Emit(CodeEmitter code, StackSlot key, int argument)
    {
        code.Assembler.Load(Register.R0, CodeEmitter.Context, argument * sizeof(long));
        Emit(code, key);
    }

    /// <summary>Emits it for the task in R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="key">Where to.</param>
    public static void Emit(CodeEmitter code, StackSlot key)
    {
        code.Assembler.Store(Register.R10, key.Offset, Register.R0);
        code.Assembler.StoreConstant(Register.R10, key.Offset + sizeof(long), 0);
    }
}
