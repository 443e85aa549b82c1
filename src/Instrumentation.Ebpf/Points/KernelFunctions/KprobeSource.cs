using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Points.Functions;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>The values of a kernel function at a kprobe and a kretprobe: the registers. Behind the return the arguments are gone.</summary>
/// <param name="name">The function.</param>
/// <param name="function">What BTF says about it; null when it says nothing.</param>
/// <param name="isExit">Whether it ends.</param>
/// <param name="isMulti">Whether it is attached by a kprobe_multi link.</param>
internal sealed class KprobeSource(string name, BtfFunction? function, bool isExit, bool isMulti) : KernelFunctionSource(name, function, isExit)
{
    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.Kprobe;

    /// <inheritdoc/>
    public override AttachType ExpectedAttachType => isMulti ? AttachType.TraceKprobeMulti : AttachType.None;

    /// <inheritdoc/>
    public override bool LosesArguments => IsExit;

    /// <inheritdoc/>
    protected override int Slots => UserRegisters.ArgumentCount;

    /// <inheritdoc/>
    protected override bool HasTypedPointers => false;

    /// <summary>Where the return address lies: the stack pointer at the entry; on x86 the return has popped it.</summary>
    /// <param name="code">Takes the code.</param>
    public override void EmitFrame(CodeEmitter code)
    {
        UserRegisters.Emit(code, Register.R0, UserRegisters.StackPointer);
        if (IsExit && UserRegisters.Popped != 0)
        {
            code.Assembler.Alu(AluOperation.Subtract, Register.R0, UserRegisters.Popped);
        }
    }

    /// <inheritdoc/>
    protected override void EmitSlot(CodeEmitter code, int slot) => UserRegisters.EmitArgument(code, slot);

    /// <inheritdoc/>
    protected override void EmitResult(CodeEmitter code) => UserRegisters.Emit(code, Register.R0, UserRegisters.Result);
}
