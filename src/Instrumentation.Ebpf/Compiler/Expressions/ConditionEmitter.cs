using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Conditions as jumps: comparisons and logic make no bool unless one is asked for.</summary>
internal sealed class ConditionEmitter
{
    private readonly ExpressionCompiler _compiler;
    private readonly OperandEmitter _operands;
    private readonly TextConditions _texts;

    /// <summary>Emits conditions for a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="operands">Evaluates its operands.</param>
    /// <param name="texts">Emits conditions about text.</param>
    public ConditionEmitter(ExpressionCompiler compiler, OperandEmitter operands, TextConditions texts)
    {
        _texts = texts;
        _compiler = compiler;
        _operands = operands;
    }

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Emits a condition as a value: 0 or 1 in R0.</summary>
    /// <param name="condition">The condition.</param>
    public void EmitTruth(ProbeExpression condition)
    {
        Label isFalse = Assembler.NewLabel("false");
        Label end = Assembler.NewLabel("truth");
        EmitJump(condition, isFalse, when: false);
        Assembler.Move(Register.R0, 1);
        Assembler.Jump(end);
        Assembler.Mark(isFalse);
        Assembler.Move(Register.R0, 0);
        Assembler.Mark(end);
    }

    /// <summary>Emits a condition as a jump.</summary>
    /// <param name="condition">The condition, a bool.</param>
    /// <param name="target">Where to.</param>
    /// <param name="when">Whether to jump when it is true or when it is false; the code goes on behind otherwise.</param>
    public void EmitJump(ProbeExpression condition, Label target, bool when)
    {
        switch (condition)
        {
            case UnaryExpression { Operator: UnaryOperator.Not } not:
                EmitJump(not.Operand, target, !when);
                break;
            case BinaryExpression { Operator: BinaryOperator.AndAlso or BinaryOperator.OrElse } logic:
                EmitLogic(logic, target, when);
                break;
            case var text when TextConditions.Concerns(text):
                _texts.EmitJump(text, target, when);
                break;
            case BinaryExpression comparison when OperatorText.IsComparison(comparison.Operator) && !Constants.TryBits(comparison, out _):
                EmitComparison(comparison, target, when);
                break;
            default:
                _compiler.Emit(condition);
                Assembler.JumpIf(when ? JumpCondition.NotEqual : JumpCondition.Equal, Register.R0, 0, target);
                break;
        }
    }

    private void EmitLogic(BinaryExpression logic, Label target, bool when)
    {
        // The value at which the left side decides alone.
        bool decides = logic.Operator == BinaryOperator.OrElse;
        if (Constants.TryBits(logic.Left, out long known))
        {
            EmitJump((known != 0) == decides ? logic.Left : logic.Right, target, when);
            return;
        }

        if (decides == when)
        {
            EmitJump(logic.Left, target, when);
            EmitJump(logic.Right, target, when);
            return;
        }

        Label decided = Assembler.NewLabel("decided");
        EmitJump(logic.Left, decided, decides);
        EmitJump(logic.Right, target, when);
        Assembler.Mark(decided);
    }

    private void EmitComparison(BinaryExpression comparison, Label target, bool when)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(comparison.Left.Type);
        if (ExpressionTypes.IsFloating(code))
        {
            EmitRange(FractionRange.Of(comparison), target, when);
            return;
        }

        Refusals.Demand(comparison.Left);
        Refusals.Demand(comparison.Right);
        SecondOperand second = _operands.Emit(comparison.Left, comparison.Right, swappable: true);
        BinaryOperator operation = second.Swapped ? Comparisons.Mirror(comparison.Operator) : comparison.Operator;
        JumpCondition jump = Comparisons.ConditionOf(when ? operation : Comparisons.Opposite(operation), ExpressionTypes.IsUnsigned(code));
        if (second.Constant is { } constant)
        {
            Assembler.JumpIf(jump, Register.R0, constant, target);
        }
        else
        {
            Assembler.JumpIf(jump, Register.R0, Register.R1, target);
        }
    }

    private void EmitRange(FractionRange range, Label target, bool when)
    {
        bool jumpsInside = when == range.IsInside;
        _compiler.Emit(range.Number);
        if (range.Low is null && range.High is null)
        {
            // Always or never taken; but what lies at the target and behind must not look unreachable: the verifier refuses that.
            Assembler.JumpIf(jumpsInside ? JumpCondition.Equal : JumpCondition.NotEqual, Register.R0, Register.R0, target);
            return;
        }

        Label outside = jumpsInside ? Assembler.NewLabel("outside") : target;
        bool unsigned = ExpressionTypes.IsUnsigned(ExpressionTypes.RepresentationOf(range.Number.Type));
        if (range.Low is { } low)
        {
            EmitBound(unsigned ? JumpCondition.Less : JumpCondition.SignedLess, low, outside);
        }

        if (range.High is { } high)
        {
            EmitBound(unsigned ? JumpCondition.Greater : JumpCondition.SignedGreater, high, outside);
        }

        if (jumpsInside)
        {
            Assembler.Jump(target);
            Assembler.Mark(outside);
        }
    }

    private void EmitBound(JumpCondition condition, long bound, Label outside)
    {
        if ((int)bound == bound)
        {
            Assembler.JumpIf(condition, Register.R0, (int)bound, outside);
            return;
        }

        Assembler.LoadConstant(Register.R1, bound);
        Assembler.JumpIf(condition, Register.R0, Register.R1, outside);
    }
}
