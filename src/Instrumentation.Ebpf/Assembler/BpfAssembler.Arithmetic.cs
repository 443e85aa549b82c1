namespace Instrumentation.Ebpf.Assembler;

/// <content>Arithmetic on registers.</content>
internal sealed partial class BpfAssembler
{
    /// <summary>Operates on two registers: destination = destination op source.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="destination">The first operand and the result.</param>
    /// <param name="source">The second operand.</param>
    /// <param name="width">How much of them is used.</param>
    public void Alu(AluOperation operation, Register destination, Register source, OperandWidth width = OperandWidth.Bits64)
    {
        RequireWritable(destination);
        RequireOperation(operation);
        Emit(new Instruction(Class(width) | Opcode.RegisterOperand | ((int)operation & 0xff), destination, source, SignOf(operation), 0));
    }

    /// <summary>Operates on a register and a constant, which is sign-extended to 64 bits: destination = destination op constant.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="destination">The first operand and the result.</param>
    /// <param name="constant">The second operand.</param>
    /// <param name="width">How much of the register is used.</param>
    public void Alu(AluOperation operation, Register destination, int constant, OperandWidth width = OperandWidth.Bits64)
    {
        RequireWritable(destination);
        RequireOperation(operation);
        if (operation is AluOperation.ShiftLeft or AluOperation.ShiftRight or AluOperation.ArithmeticShiftRight && (uint)constant >= (uint)width)
        {
            throw new BpfAssemblyException($"The shift at instruction {Position} cannot be built", $"it shifts {(int)width} bits by {constant}.", "Shift by less than the width.");
        }

        if (operation is AluOperation.Divide or AluOperation.Modulo or AluOperation.SignedDivide or AluOperation.SignedModulo && constant == 0)
        {
            throw new BpfAssemblyException($"The division at instruction {Position} cannot be built", "its divisor is the constant 0.", "Use the value that the division by 0 is defined to have.");
        }

        Emit(new Instruction(Class(width) | ((int)operation & 0xff), destination, 0, SignOf(operation), constant));
    }

    /// <summary>Copies a register; 32 bits of it clear the upper half.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="width">How much of it.</param>
    public void Move(Register destination, Register source, OperandWidth width = OperandWidth.Bits64) => Alu(AluOperation.Move, destination, source, width);

    /// <summary>Sets a register to a constant, sign-extended to 64 bits.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="constant">The constant.</param>
    public void Move(Register destination, int constant) => Alu(AluOperation.Move, destination, constant);

    /// <summary>Copies the lowest bits of a register, with their sign. <see cref="InstructionSet.V4"/>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bits">8, 16 or 32; 32 only to a 64-bit destination.</param>
    /// <param name="width">The destination's width.</param>
    public void MoveSigned(Register destination, Register source, int bits, OperandWidth width = OperandWidth.Bits64)
    {
        Require(InstructionSet.V4, "a sign-extending move");
        RequireWritable(destination);
        if (bits is not (8 or 16 or 32) || bits >= (int)width)
        {
            throw new BpfAssemblyException($"The move at instruction {Position} cannot be built", $"{bits} bits cannot be extended to {(int)width}.", "Extend 8, 16 or 32 bits to more.");
        }

        Emit(new Instruction(Class(width) | Opcode.RegisterOperand | (int)AluOperation.Move, destination, source, (short)bits, 0));
    }

    /// <summary>Extends the lowest bits of a register with their sign to 64 bits, by one instruction or two.</summary>
    /// <param name="register">The register.</param>
    /// <param name="bits">1 to 64.</param>
    public void SignExtend(Register register, int bits)
    {
        if (bits == 64)
        {
            return;
        }

        if (Set >= InstructionSet.V4 && bits is 8 or 16 or 32)
        {
            MoveSigned(register, register, bits);
            return;
        }

        Alu(AluOperation.ShiftLeft, register, 64 - bits);
        Alu(AluOperation.ArithmeticShiftRight, register, 64 - bits);
    }

    /// <summary>Clears all but the lowest bits of a register, by one instruction or two.</summary>
    /// <param name="register">The register.</param>
    /// <param name="bits">1 to 64.</param>
    public void ZeroExtend(Register register, int bits)
    {
        switch (bits)
        {
            case 64:
                return;
            case 32:
                Move(register, register, OperandWidth.Bits32);
                return;
            case < 32:
                Alu(AluOperation.And, register, (int)((1L << bits) - 1));
                return;
            default:
                Alu(AluOperation.ShiftLeft, register, 64 - bits);
                Alu(AluOperation.ShiftRight, register, 64 - bits);
                return;
        }
    }

    /// <summary>Negates a register.</summary>
    /// <param name="register">The register.</param>
    /// <param name="width">How much of it.</param>
    public void Negate(Register register, OperandWidth width = OperandWidth.Bits64)
    {
        RequireWritable(register);
        Emit(new Instruction(Class(width) | Opcode.Negate, register, 0, 0, 0));
    }

    /// <summary>Converts the lowest bits between the processor's and little-endian byte order, and clears the rest.</summary>
    /// <param name="register">The register.</param>
    /// <param name="bits">16, 32 or 64.</param>
    public void ToLittleEndian(Register register, int bits) => EmitByteOrder(Opcode.ClassAlu32, register, bits);

    /// <summary>Converts the lowest bits between the processor's and big-endian byte order, and clears the rest.</summary>
    /// <param name="register">The register.</param>
    /// <param name="bits">16, 32 or 64.</param>
    public void ToBigEndian(Register register, int bits) => EmitByteOrder(Opcode.ClassAlu32 | Opcode.RegisterOperand, register, bits);

    /// <summary>Reverses the lowest bytes, and clears the rest. <see cref="InstructionSet.V4"/>.</summary>
    /// <param name="register">The register.</param>
    /// <param name="bits">16, 32 or 64.</param>
    public void ByteSwap(Register register, int bits)
    {
        Require(InstructionSet.V4, "a byte swap");
        EmitByteOrder(Opcode.ClassAlu64, register, bits);
    }

    private static int Class(OperandWidth width) => width == OperandWidth.Bits32 ? Opcode.ClassAlu32 : Opcode.ClassAlu64;

    private static short SignOf(AluOperation operation) => (short)((int)operation >> 8);

    private void EmitByteOrder(int opcode, Register register, int bits)
    {
        RequireWritable(register);
        if (bits is not (16 or 32 or 64))
        {
            throw new BpfAssemblyException($"The byte swap at instruction {Position} cannot be built", $"it swaps {bits} bits.", "Swap 16, 32 or 64.");
        }

        Emit(new Instruction(opcode | Opcode.ByteOrder, register, 0, 0, bits));
    }

    private void RequireOperation(AluOperation operation)
    {
        if (operation is AluOperation.SignedDivide or AluOperation.SignedModulo)
        {
            Require(InstructionSet.V4, "a signed division");
        }
    }

    private void RequireWritable(Register register)
    {
        if (register >= Register.R10)
        {
            throw new BpfAssemblyException($"Instruction {Position} cannot be built", "it writes the stack pointer.", "Copy R10 to another register first.");
        }
    }
}
