using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The values of an off-CPU time at its end. The running task is another one still: what is said of the thread was kept, or is read from its task.</summary>
/// <param name="countsStacks">Whether stacks are counted.</param>
internal sealed class SwitchInSource(bool countsStacks) : ProgramSource
{
    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.RawTracepoint;

    /// <inheritdoc/>
    public override IReadOnlyList<int> AlwaysKept => KeptWait.Order(countsStacks);

    /// <inheritdoc/>
    public override int? KeptStacks => countsStacks ? KeptWait.Stacks : null;

    /// <inheritdoc/>
    protected override string Place => "an off-CPU time";

    // In a container with ids of its own, those of another task are not at hand: that something was kept is enough there.
    /// <inheritdoc/>
    public override void EmitProcessFilter(CodeEmitter code, int process, Label skip)
    {
        if (PidNamespace.Own is not null)
        {
            return;
        }

        BpfAssembler assembler = code.Assembler;
        using StackSlot id = code.Frame.Take(sizeof(long), "the process");
        assembler.Load(Register.R0, CodeEmitter.Context, TaskLayout.Next * sizeof(long));
        MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, TaskLayout.Current.ProcessId, sizeof(int), id, skip);
        assembler.Load(Register.R0, Register.R10, id.Offset, MemorySize.Bytes4);
        assembler.JumpIf(JumpCondition.NotEqual, Register.R0, process, skip);
    }

    /// <inheritdoc/>
    public override void EmitTaskIds(CodeEmitter code) => code.Assembler.Load(Register.R0, Register.R10, Call.Arguments[KeptWait.Ids].Offset);

    /// <inheritdoc/>
    public override void EmitCallKey(CodeEmitter code, StackSlot key) => WaitKey.Emit(code, key, TaskLayout.Next);

    /// <inheritdoc/>
    public override bool EmitOtherTask(CodeEmitter code)
    {
        code.Assembler.Load(Register.R0, CodeEmitter.Context, TaskLayout.Next * sizeof(long));
        return true;
    }

    /// <inheritdoc/>
    public override void EmitArgument(CodeEmitter code, ArgumentExpression argument)
    {
        int index = IndexOf(argument);
        BpfAssembler assembler = code.Assembler;
        assembler.Load(Register.R0, Register.R10, Call.Arguments[index].Offset);
        if (index == KeptWait.RunnableAt)
        {
            Label never = assembler.NewLabel("neverWoken");
            assembler.Move(Register.R1, Register.R0);
            assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, never);
            assembler.Load(Register.R0, Register.R10, Call.Now!.Value.Offset);
            assembler.Alu(AluOperation.Subtract, Register.R0, Register.R1);
            assembler.Mark(never);
        }

        EmitAs(code, argument, argument.Type);
    }

    /// <inheritdoc/>
    public override void EmitContext(CodeEmitter code, ContextExpression context)
    {
        if (context.Value is ContextValue.UserId or ContextValue.CgroupId)
        {
            throw new ExpressionException(
                ExpressionText.Of(context), $"{Place} ends while another thread runs still, of which the kernel would tell it.", "Read it from the task, for example c.Kernel<uint>(\"task->cred->uid.val\").");
        }

        base.EmitContext(code, context);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, KeptWait.Arguments, KeptWait.Arguments.Count - 1);
}
