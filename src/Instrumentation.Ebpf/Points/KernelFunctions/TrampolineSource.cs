using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>The values of a kernel function at fentry and fexit: the context is the arguments, 8 bytes each, and behind them the result.</summary>
/// <param name="name">The function.</param>
/// <param name="function">What BTF says about it.</param>
/// <param name="isExit">Whether it ends.</param>
internal sealed class TrampolineSource(string name, BtfFunction function, bool isExit) : KernelFunctionSource(name, function, isExit)
{
    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.Tracing;

    /// <inheritdoc/>
    public override AttachType ExpectedAttachType => IsExit ? AttachType.TraceFunctionExit : AttachType.TraceFunctionEntry;

    /// <inheritdoc/>
    public override uint AttachBtfId => Function!.Type.Id;

    /// <inheritdoc/>
    public override bool CanBePreempted => true;

    /// <inheritdoc/>
    protected override int Slots => SlotOf(Function!.Parameters.Count);

    /// <inheritdoc/>
    protected override bool HasTypedPointers => true;

    /// <summary>The context lies on the stack of the trampoline, which stays there from the function's entry to its return.</summary>
    /// <param name="code">Takes the code.</param>
    public override void EmitFrame(CodeEmitter code)
    {
        code.Assembler.Move(Register.R0, CodeEmitter.Context);
        EmitPlain(code);
    }

    /// <inheritdoc/>
    protected override void EmitSlot(CodeEmitter code, int slot) => code.Assembler.Load(Register.R0, CodeEmitter.Context, slot * sizeof(long));

    /// <inheritdoc/>
    protected override void EmitResult(CodeEmitter code) => EmitSlot(code, Slots);
}
