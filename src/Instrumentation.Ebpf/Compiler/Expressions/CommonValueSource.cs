using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>The values that exist at all points of the kernel. Points derive from it and add their own.</summary>
internal abstract class CommonValueSource : IValueSource
{
    /// <summary>What the point is called in errors, for example <c>the tracepoint sched:sched_switch</c>.</summary>
    protected abstract string Place { get; }

    /// <inheritdoc/>
    public virtual void EmitArgument(CodeEmitter code, ArgumentExpression argument) =>
        throw new ExpressionException(ExpressionText.Of(argument), $"{Place} has no arguments.", "Use the values of the context, for example c.ThreadId.");

    /// <inheritdoc/>
    public virtual void EmitReturn(CodeEmitter code, ReturnExpression result) =>
        throw new ExpressionException(ExpressionText.Of(result), $"{Place} has no result.", "Read results at return points only.");

    /// <inheritdoc/>
    public virtual void EmitContext(CodeEmitter code, ContextExpression context)
    {
        BpfAssembler assembler = code.Assembler;
        switch (context.Value)
        {
            case ContextValue.Timestamp:
                assembler.Call(BpfHelper.KernelTimeGetNs);
                break;
            case ContextValue.ThreadId:
                TaskIds.Emit(code);
                assembler.SignExtend(Register.R0, 32);
                break;
            case ContextValue.ProcessId:
                TaskIds.Emit(code);
                assembler.Alu(AluOperation.ArithmeticShiftRight, Register.R0, 32);
                break;
            case ContextValue.Cpu:
                assembler.Call(BpfHelper.GetProcessorId);
                break;
            case ContextValue.UserId:
                assembler.Call(BpfHelper.GetCurrentUidGid);
                assembler.ZeroExtend(Register.R0, 32);
                break;
            case ContextValue.CgroupId:
                assembler.Call(BpfHelper.GetCurrentControlGroupId);
                break;
            default:
                throw new ExpressionException(ExpressionText.Of(context), $"{Place} has no such value.", "Use Timestamp, ThreadId, ProcessId, Cpu, UserId, CgroupId or Comm here.");
        }
    }

    /// <inheritdoc/>
    public virtual bool EmitOtherTask(CodeEmitter code) => false;

    /// <inheritdoc/>
    public virtual TextPlace? EmitText(CodeEmitter code, ProbeExpression leaf) => null;

    /// <inheritdoc/>
    public virtual BtfType? RootOf(string name) => null;
}
