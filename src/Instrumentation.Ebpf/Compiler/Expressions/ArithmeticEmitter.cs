using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Operators that compute. Narrow numbers are computed with 64 bits and cut afterwards, as the interpreter does.</summary>
internal sealed class ArithmeticEmitter
{
    private readonly ExpressionCompiler _compiler;
    private readonly OperandEmitter _operands;

    /// <summary>Computes by a compiler.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="operands">Evaluates its operands.</param>
    public ArithmeticEmitter(ExpressionCompiler compiler, OperandEmitter operands)
    {
        _compiler = compiler;
        _operands = operands;
    }

    private BpfAssembler Assembler => _compiler.Code.Assembler;

    /// <summary>Emits an operator of one operand.</summary>
    /// <param name="unary">The operator.</param>
    public void Emit(UnaryExpression unary)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(unary.Operand.Type);
        switch (unary.Operator)
        {
            case UnaryOperator.Not:
                _compiler.Emit(unary.Operand);
                Assembler.Alu(AluOperation.Xor, Register.R0, 1);
                break;
            case UnaryOperator.Negate:
                _compiler.Emit(unary.Operand);
                Assembler.Negate(Register.R0);
                Extend(code);
                break;
            case UnaryOperator.Complement:
                _compiler.Emit(unary.Operand);
                Assembler.Alu(AluOperation.Xor, Register.R0, -1);
                if (ExpressionTypes.IsUnsigned(code))
                {
                    Extend(code);
                }

                break;
            case UnaryOperator.Ticks:
                _compiler.Emit(unary.Operand);
                DivisionEmitter.EmitByConstant(Assembler, BinaryOperator.Divide, (int)Durations.NanosecondsPerTick, code);
                break;
            default:
                throw Refusals.Unknown(unary);
        }
    }

    /// <summary>Emits an operator of two operands that is neither a comparison nor a short circuit.</summary>
    /// <param name="binary">The operator.</param>
    public void Emit(BinaryExpression binary)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(binary.Left.Type);
        BinaryOperator operation = binary.Operator;
        bool swappable = operation is BinaryOperator.Add or BinaryOperator.Multiply or BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor;
        SecondOperand second = _operands.Emit(binary.Left, binary.Right, swappable);
        switch (operation)
        {
            case BinaryOperator.Divide or BinaryOperator.Remainder:
                DivisionEmitter.Emit(_compiler, operation, second, code);
                break;
            case BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight:
                EmitShift(operation, second, code);
                break;
            default:
                Apply(OperationOf(operation), second, code);
                break;
        }
    }

    private static AluOperation OperationOf(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Add => AluOperation.Add,
        BinaryOperator.Subtract => AluOperation.Subtract,
        BinaryOperator.Multiply => AluOperation.Multiply,
        BinaryOperator.And => AluOperation.And,
        BinaryOperator.Or => AluOperation.Or,
        BinaryOperator.Xor => AluOperation.Xor,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "The operator is none that computes."),
    };

    // The bits of two canonical numbers, combined one by one, are those of a canonical number.
    private void Apply(AluOperation operation, SecondOperand second, TypeCode code)
    {
        if (second.Constant is { } constant)
        {
            Assembler.Alu(operation, Register.R0, constant);
        }
        else
        {
            Assembler.Alu(operation, Register.R0, Register.R1);
        }

        if (operation is AluOperation.Add or AluOperation.Subtract or AluOperation.Multiply)
        {
            Extend(code);
        }
    }

    private void EmitShift(BinaryOperator operation, SecondOperand second, TypeCode code)
    {
        int mask = ExpressionTypes.IsWide(code) ? 63 : 31;
        bool left = operation == BinaryOperator.ShiftLeft;
        AluOperation shift = left ? AluOperation.ShiftLeft : ExpressionTypes.IsUnsigned(code) ? AluOperation.ShiftRight : AluOperation.ArithmeticShiftRight;
        if (second.Constant is { } constant)
        {
            Assembler.Alu(shift, Register.R0, constant & mask);
        }
        else
        {
            Assembler.Alu(AluOperation.And, Register.R1, mask);
            Assembler.Alu(shift, Register.R0, Register.R1);
        }

        if (left)
        {
            Extend(code);
        }
    }

    private void Extend(TypeCode code) => Canonical.Extend(Assembler, Register.R0, code);
}
