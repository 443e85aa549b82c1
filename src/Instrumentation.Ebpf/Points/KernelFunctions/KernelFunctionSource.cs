using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>The values of a kernel function: what fentry programs and kprobes have in common.</summary>
/// <param name="name">The function.</param>
/// <param name="function">What BTF says about it; null when it says nothing.</param>
/// <param name="isExit">Whether it ends.</param>
internal abstract class KernelFunctionSource(string name, BtfFunction? function, bool isExit) : BtfArgumentSource(function)
{
    private const int SlotBytes = sizeof(long);
    private const int MostBytesInSlots = 2 * SlotBytes;

    /// <inheritdoc/>
    protected override string Place => $"kernel function {name}";

    /// <summary>Whether it ends.</summary>
    protected bool IsExit => isExit;

    /// <inheritdoc/>
    public override void EmitReturn(CodeEmitter code, ReturnExpression result)
    {
        if (!isExit)
        {
            base.EmitReturn(code, result);
            return;
        }

        if (Function is { } described && BtfValue.Of(described.Result).Kind is not (BtfValueKind.Integer or BtfValueKind.Boolean or BtfValueKind.Pointer))
        {
            throw new ExpressionException(
                ExpressionText.Of(result),
                $"{Place} returns {(described.Result.Peel().Kind == BtfKind.Void ? "nothing" : $"{described.Result}, which is no number and no address")}.",
                "Leave the result out.");
        }

        EmitResult(code);
        if (Function is not null)
        {
            EmitDeclared(code, Function.Result);
        }

        EmitAs(code, result, result.Type);
    }

    /// <summary>Puts the 64 bits of the result into R0.</summary>
    /// <param name="code">Takes the code.</param>
    protected abstract void EmitResult(CodeEmitter code);

    /// <summary>The slot in which an argument begins: structures by value take two if they are larger than one, and none if they are larger than two.</summary>
    /// <param name="index">The argument's number; the number of arguments for what lies behind them.</param>
    /// <returns>The slot's number.</returns>
    protected override int SlotOf(int index)
    {
        int slot = 0;
        for (int i = 0; Function is not null && i < index; i++)
        {
            BtfValue value = BtfValue.Of(Function.Parameters[i].Type);
            slot += value.Kind != BtfValueKind.Composite ? 1 : value.Size > MostBytesInSlots ? 0 : (int)(value.Size + SlotBytes - 1) / SlotBytes;
        }

        return Function is null ? index : slot;
    }

    /// <summary>The address at which the call's stack begins, as long as it lasts.</summary>
    /// <param name="code">Takes the code.</param>
    public abstract override void EmitFrame(CodeEmitter code);
}
