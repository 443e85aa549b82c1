using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>
/// The values of a system call. The context of both raw tracepoints is {struct pt_regs *registers; long number-or-result}; the registers hold the arguments at the
/// exit, too, except after calls that put other registers in their place.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="isExit">Whether it ends.</param>
internal sealed class SyscallSource(Syscall call, bool isExit) : ProgramSource
{
    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.RawTracepoint;

    /// <inheritdoc/>
    public override bool LosesArguments => call.Name is "execve" or "execveat" or "rt_sigreturn";

    /// <inheritdoc/>
    protected override string Place => $"syscall {call.Name}";

    /// <inheritdoc/>
    public override void EmitFilter(CodeEmitter code, Label skip)
    {
        SyscallRegisters.EmitNumber(code, isExit);
        code.Assembler.JumpIf(JumpCondition.NotEqual, Register.R0, call.Number, skip);
    }

    /// <inheritdoc/>
    public override void EmitReturn(CodeEmitter code, ReturnExpression result)
    {
        if (!isExit)
        {
            base.EmitReturn(code, result);
            return;
        }

        code.Assembler.Load(Register.R0, CodeEmitter.Context, sizeof(long));
        EmitAs(code, result, result.Type);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, call.Arguments, mostIndex: 5);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index) => SyscallRegisters.EmitArgument(code, index);
}
