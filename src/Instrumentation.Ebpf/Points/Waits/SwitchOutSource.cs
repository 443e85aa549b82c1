using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>What is kept of a thread when it is switched out. It is the running one still: helpers of the kernel speak of it.</summary>
/// <param name="countsStacks">Whether stacks are counted.</param>
internal sealed class SwitchOutSource(bool countsStacks) : ProgramSource
{
    private StackSlot? _syscall;
    private StackSlot? _reason;

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.RawTracepoint;

    /// <inheritdoc/>
    public override IReadOnlyList<int> AlwaysKept => KeptWait.Order(countsStacks);

    /// <inheritdoc/>
    protected override string Place => "the beginning of an off-CPU time";

    /// <inheritdoc/>
    public override void EmitFilter(CodeEmitter code, Label skip) => new WaitEmitter(code).EmitSkipDead(skip);

    /// <inheritdoc/>
    public override void EmitCallKey(CodeEmitter code, StackSlot key) => WaitKey.Emit(code, key, TaskLayout.Previous);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index)
    {
        switch (index)
        {
            case KeptWait.Syscall:
                _syscall = code.Frame.Take(sizeof(long), "the system call");
                new WaitEmitter(code).EmitSyscall();
                code.Assembler.Store(Register.R10, _syscall.Value.Offset, Register.R0);
                break;
            case KeptWait.Reason:
                _reason = code.Frame.Take(sizeof(long), "the reason");
                new WaitEmitter(code).EmitReason(_syscall!.Value);
                code.Assembler.Store(Register.R10, _reason.Value.Offset, Register.R0);
                break;
            case KeptWait.RunnableAt:
                EmitRunnable(code);
                break;
            case KeptWait.Ids:
                TaskIds.Emit(code);
                break;
            case KeptWait.Stacks:
                new StackEmitter(code, Call.Stacks!).EmitIds();
                break;
            default:
                code.Assembler.Move(Register.R0, 0);
                break;
        }
    }

    private void EmitRunnable(CodeEmitter code)
    {
        Label end = code.Assembler.NewLabel("runnable");
        code.Assembler.Load(Register.R1, Register.R10, _reason!.Value.Offset);
        code.Assembler.Move(Register.R0, 0);
        code.Assembler.JumpIf(JumpCondition.NotEqual, Register.R1, (int)OffCpuReason.Preempted, end);
        code.Assembler.Load(Register.R0, Register.R10, Call.Now!.Value.Offset);
        code.Assembler.Mark(end);
    }
}
