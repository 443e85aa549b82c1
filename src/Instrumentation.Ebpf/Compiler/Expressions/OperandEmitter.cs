using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>The second operand of an operator: a constant of 32 bits, or R1.</summary>
/// <param name="Constant">The constant; null when the operand is in R1.</param>
/// <param name="Swapped">Whether the operands changed places: R0 holds the right one then.</param>
internal readonly record struct SecondOperand(int? Constant, bool Swapped);

/// <summary>
/// Evaluates two operands, the first to R0, the second to R1 or a constant. Nothing that is evaluated has an effect on the other, so the one that
/// needs more of the stack goes first, and only its value is kept there meanwhile.
/// </summary>
internal sealed class OperandEmitter
{
    private readonly ExpressionCompiler _compiler;

    /// <summary>Evaluates operands by a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    public OperandEmitter(ExpressionCompiler compiler) => _compiler = compiler;

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Evaluates two operands.</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="swappable">Whether the operator can deal with swapped operands, so that a constant on the left is as good as one on the right.</param>
    /// <returns>Where the second operand is.</returns>
    public SecondOperand Emit(ProbeExpression left, ProbeExpression right, bool swappable)
    {
        if (Constants.TryBits(right, out long constant))
        {
            return EmitWithConstant(left, constant, swapped: false);
        }

        if (Constants.TryBits(left, out constant))
        {
            if (swappable)
            {
                return EmitWithConstant(right, constant, swapped: true);
            }

            _compiler.Emit(right);
            Assembler.Move(Register.R1, Register.R0);
            Assembler.LoadConstant(Register.R0, constant);
            return new SecondOperand(null, Swapped: false);
        }

        bool leftFirst = SlotsOf(left) >= SlotsOf(right);
        _compiler.Emit(leftFirst ? left : right);
        using StackSlot kept = _compiler.Code.Frame.Take(sizeof(long), ExpressionText.Of(leftFirst ? left : right));
        Assembler.Store(Register.R10, kept.Offset, Register.R0);
        _compiler.Emit(leftFirst ? right : left);
        if (leftFirst)
        {
            Assembler.Move(Register.R1, Register.R0);
        }

        Assembler.Load(leftFirst ? Register.R0 : Register.R1, Register.R10, kept.Offset);
        return new SecondOperand(null, Swapped: false);
    }

    private SecondOperand EmitWithConstant(ProbeExpression operand, long constant, bool swapped)
    {
        _compiler.Emit(operand);
        if ((int)constant == constant)
        {
            return new SecondOperand((int)constant, swapped);
        }

        Assembler.LoadConstant(Register.R1, constant);
        return new SecondOperand(null, swapped);
    }

    // How many values lie on the stack at most while an expression is evaluated.
    private static int SlotsOf(ProbeExpression expression) => expression switch
    {
        ConstantExpression => 0,
        MemoryExpression memory => Math.Max(1, SlotsOf(memory.Address)),
        KernelPathExpression => 1,
        UnaryExpression unary => SlotsOf(unary.Operand),
        ConvertExpression convert => SlotsOf(convert.Operand),
        ConditionalExpression choice => Math.Max(SlotsOf(choice.Test), Math.Max(SlotsOf(choice.WhenTrue), SlotsOf(choice.WhenFalse))),
        BinaryExpression { Operator: BinaryOperator.AndAlso or BinaryOperator.OrElse } binary => Math.Max(SlotsOf(binary.Left), SlotsOf(binary.Right)),
        BinaryExpression { Left: var left, Right: ConstantExpression } => SlotsOf(left),
        BinaryExpression { Left: ConstantExpression, Right: var right } => SlotsOf(right),
        BinaryExpression binary => Both(SlotsOf(binary.Left), SlotsOf(binary.Right)),
        _ => 0,
    };

    private static int Both(int left, int right) => left == right ? left + 1 : Math.Max(left, right);
}
