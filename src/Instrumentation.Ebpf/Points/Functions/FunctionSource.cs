using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>The values of a function of a process: its registers. Behind its return the arguments are gone.</summary>
/// <param name="place">What errors call the point.</param>
/// <param name="siteCount">How many places the point has.</param>
/// <param name="isExit">Whether it ends.</param>
internal sealed class FunctionSource(string place, int siteCount, bool isExit) : ProgramSource
{
    /// <summary>The most places of a point: so many tell calls apart that begin at the same stack address.</summary>
    public const int MostSites = 1 << SiteBits;

    private const int SiteBits = 16;

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.Kprobe;

    /// <inheritdoc/>
    public override AttachType ExpectedAttachType => UprobeLinks.ExpectedAttachType;

    /// <inheritdoc/>
    public override bool LosesArguments => isExit;

    /// <inheritdoc/>
    public override bool CanBePreempted => true;

    /// <inheritdoc/>
    public override bool HasCookie => siteCount > 1;

    /// <inheritdoc/>
    protected override string Place => place;

    /// <summary>
    /// A call is known by where its return address lies, which the stack pointer says: at the entry it points there, on x86 the return has popped it. Functions that
    /// end by jumping to another one share that place with it, so the number of the function is a part of it: addresses of processes leave the upper bits unused.
    /// </summary>
    /// <param name="code">Takes the code.</param>
    public override void EmitFrame(CodeEmitter code)
    {
        BpfAssembler assembler = code.Assembler;
        UserRegisters.Emit(code, Register.R0, UserRegisters.StackPointer);
        if (isExit && UserRegisters.Popped != 0)
        {
            assembler.Alu(AluOperation.Subtract, Register.R0, UserRegisters.Popped);
        }

        if (!HasCookie)
        {
            return;
        }

        using StackSlot address = code.Frame.Take(sizeof(long), "the call's frame");
        assembler.Alu(AluOperation.ShiftLeft, Register.R0, SiteBits);
        assembler.Store(Register.R10, address.Offset, Register.R0);
        assembler.Move(Register.R1, CodeEmitter.Context);
        assembler.Call(BpfHelper.GetAttachCookie);
        assembler.Load(Register.R1, Register.R10, address.Offset);
        assembler.Alu(AluOperation.Or, Register.R0, Register.R1);
    }

    /// <inheritdoc/>
    public override void EmitReturn(CodeEmitter code, ReturnExpression result)
    {
        if (!isExit)
        {
            base.EmitReturn(code, result);
            return;
        }

        UserRegisters.Emit(code, Register.R0, UserRegisters.Result);
        EmitAs(code, result, result.Type);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, [], UserRegisters.ArgumentCount - 1);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index) => UserRegisters.EmitArgument(code, index);
}
