using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Division and remainder: R0 by R1 or a constant, the result in R0. By zero: a fault with 0. The least number by -1 wraps; it never reaches the
/// processor's signed division, which some kernels let trap.
/// </summary>
internal static class DivisionEmitter
{
    private const int SignShift = 63;

    /// <summary>Emits a division or remainder.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="operation">Which.</param>
    /// <param name="second">The divisor.</param>
    /// <param name="code">The representation of the operands.</param>
    public static void Emit(ExpressionCompiler compiler, BinaryOperator operation, SecondOperand second, TypeCode code)
    {
        BpfAssembler assembler = compiler.Code.Assembler;
        switch (second.Constant)
        {
            case 0:
                compiler.EmitFaultyDefault();
                return;
            case { } constant:
                EmitByConstant(assembler, operation, constant, code);
                return;
        }

        Label divide = assembler.NewLabel("divide");
        Label end = assembler.NewLabel("divided");
        assembler.JumpIf(JumpCondition.NotEqual, Register.R1, 0, divide);
        compiler.EmitFaultyDefault();
        assembler.Jump(end);
        assembler.Mark(divide);
        if (ExpressionTypes.IsUnsigned(code))
        {
            assembler.Alu(operation == BinaryOperator.Divide ? AluOperation.Divide : AluOperation.Modulo, Register.R0, Register.R1);
        }
        else if (assembler.Set >= InstructionSet.V4)
        {
            EmitSigned(assembler, operation, code);
        }
        else
        {
            EmitByMagnitudes(assembler, operation);
        }

        ExtendSigned(assembler, operation, code);
        assembler.Mark(end);
    }

    /// <summary>Emits a division or remainder by a constant other than 0.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="operation">Which.</param>
    /// <param name="constant">The divisor.</param>
    /// <param name="code">The representation of the dividend.</param>
    public static void EmitByConstant(BpfAssembler assembler, BinaryOperator operation, int constant, TypeCode code)
    {
        if (ExpressionTypes.IsUnsigned(code))
        {
            assembler.Alu(operation == BinaryOperator.Divide ? AluOperation.Divide : AluOperation.Modulo, Register.R0, constant);
        }
        else if (constant == -1)
        {
            EmitByMinusOne(assembler, operation);
        }
        else if (assembler.Set >= InstructionSet.V4)
        {
            assembler.Alu(operation == BinaryOperator.Divide ? AluOperation.SignedDivide : AluOperation.SignedModulo, Register.R0, constant);
        }
        else
        {
            assembler.Move(Register.R1, constant);
            EmitByMagnitudes(assembler, operation);
        }

        ExtendSigned(assembler, operation, code);
    }

    // With 64 bits, only the least long overflows.
    private static void EmitSigned(BpfAssembler assembler, BinaryOperator operation, TypeCode code)
    {
        AluOperation signed = operation == BinaryOperator.Divide ? AluOperation.SignedDivide : AluOperation.SignedModulo;
        if (code != TypeCode.Int64)
        {
            assembler.Alu(signed, Register.R0, Register.R1);
            return;
        }

        Label divide = assembler.NewLabel("divide by another than -1");
        Label end = assembler.NewLabel("divided");
        assembler.JumpIf(JumpCondition.NotEqual, Register.R1, -1, divide);
        EmitByMinusOne(assembler, operation);
        assembler.Jump(end);
        assembler.Mark(divide);
        assembler.Alu(signed, Register.R0, Register.R1);
        assembler.Mark(end);
    }

    private static void EmitByMinusOne(BpfAssembler assembler, BinaryOperator operation)
    {
        if (operation == BinaryOperator.Divide)
        {
            assembler.Negate(Register.R0);
        }
        else
        {
            assembler.Move(Register.R0, 0);
        }
    }

    // Without jumps, which the verifier would have to follow both ways: x ^ s - s is -x when the sign s is -1, and x when it is 0.
    private static void EmitByMagnitudes(BpfAssembler assembler, BinaryOperator operation)
    {
        EmitMagnitude(assembler, Register.R0, Register.R2);
        EmitMagnitude(assembler, Register.R1, Register.R3);
        if (operation == BinaryOperator.Divide)
        {
            assembler.Alu(AluOperation.Divide, Register.R0, Register.R1);
            assembler.Alu(AluOperation.Xor, Register.R2, Register.R3);
        }
        else
        {
            assembler.Alu(AluOperation.Modulo, Register.R0, Register.R1);
        }

        assembler.Alu(AluOperation.Xor, Register.R0, Register.R2);
        assembler.Alu(AluOperation.Subtract, Register.R0, Register.R2);
    }

    private static void EmitMagnitude(BpfAssembler assembler, Register number, Register sign)
    {
        assembler.Move(sign, number);
        assembler.Alu(AluOperation.ArithmeticShiftRight, sign, SignShift);
        assembler.Alu(AluOperation.Xor, number, sign);
        assembler.Alu(AluOperation.Subtract, number, sign);
    }

    // The quotient of the least narrow number and -1 is one too large for its type.
    private static void ExtendSigned(BpfAssembler assembler, BinaryOperator operation, TypeCode code)
    {
        if (operation == BinaryOperator.Divide && !ExpressionTypes.IsUnsigned(code))
        {
            Canonical.Extend(assembler, Register.R0, code);
        }
    }
}
