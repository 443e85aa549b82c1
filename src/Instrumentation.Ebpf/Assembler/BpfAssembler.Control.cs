namespace Instrumentation.Ebpf.Assembler;

/// <content>Jumps and calls.</content>
internal sealed partial class BpfAssembler
{
    /// <summary>Jumps; a jump that is too far becomes a far one where the instruction set has it.</summary>
    /// <param name="target">Where to.</param>
    public void Jump(Label target)
    {
        Fix(target, FixupKind.Offset16);
        Emit(new Instruction(Opcode.ClassJump64 | Opcode.JumpAlways, 0, 0, 0, 0));
    }

    /// <summary>Jumps any distance. <see cref="InstructionSet.V4"/>.</summary>
    /// <param name="target">Where to.</param>
    public void JumpFar(Label target)
    {
        Require(InstructionSet.V4, "a far jump");
        Fix(target, FixupKind.Immediate32);
        Emit(new Instruction(Opcode.ClassJump32 | Opcode.JumpAlways, 0, 0, 0, 0));
    }

    /// <summary>Jumps when two registers compare so.</summary>
    /// <param name="condition">When.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="target">Where to.</param>
    /// <param name="width">How much of them is compared.</param>
    public void JumpIf(JumpCondition condition, Register left, Register right, Label target, OperandWidth width = OperandWidth.Bits64)
    {
        RequireCondition(condition, width);
        Fix(target, FixupKind.Offset16);
        Emit(new Instruction(JumpClass(width) | Opcode.RegisterOperand | (int)condition, left, right, 0, 0));
    }

    /// <summary>Jumps when a register compares so with a constant, which is sign-extended to 64 bits.</summary>
    /// <param name="condition">When.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="constant">The right operand.</param>
    /// <param name="target">Where to.</param>
    /// <param name="width">How much of the register is compared.</param>
    public void JumpIf(JumpCondition condition, Register left, int constant, Label target, OperandWidth width = OperandWidth.Bits64)
    {
        RequireCondition(condition, width);
        Fix(target, FixupKind.Offset16);
        Emit(new Instruction(JumpClass(width) | (int)condition, left, 0, 0, constant));
    }

    /// <summary>Calls a helper of the kernel.</summary>
    /// <param name="helper">The helper.</param>
    public void Call(BpfHelper helper) => Emit(new Instruction(Opcode.ClassJump64 | Opcode.Call, 0, 0, 0, (int)helper));

    /// <summary>Calls a function of the kernel that is open to programs.</summary>
    /// <param name="btfId">The function's type in the kernel's BTF, or in that of its module.</param>
    /// <param name="moduleIndex">0 for the kernel; otherwise the place of the module's BTF in the program's descriptors.</param>
    public void CallKernelFunction(uint btfId, int moduleIndex = 0) =>
        Emit(new Instruction(Opcode.ClassJump64 | Opcode.Call, 0, Opcode.CallKernel, Offset16(moduleIndex), (int)btfId));

    /// <summary>Calls a function of this program.</summary>
    /// <param name="function">Its label.</param>
    public void CallLocal(Label function)
    {
        Fix(function, FixupKind.Immediate32);
        Emit(new Instruction(Opcode.ClassJump64 | Opcode.Call, 0, Opcode.CallLocal, 0, 0));
    }

    /// <summary>Ends the function; R0 is its answer.</summary>
    public void Exit() => Emit(new Instruction(Opcode.ClassJump64 | Opcode.Exit, 0, 0, 0, 0));

    private static int JumpClass(OperandWidth width) => width == OperandWidth.Bits32 ? Opcode.ClassJump32 : Opcode.ClassJump64;

    private void RequireCondition(JumpCondition condition, OperandWidth width)
    {
        if (width == OperandWidth.Bits32)
        {
            Require(InstructionSet.V3, "a 32-bit jump");
        }

        if (condition is JumpCondition.Less or JumpCondition.LessOrEqual or JumpCondition.SignedLess or JumpCondition.SignedLessOrEqual)
        {
            Require(InstructionSet.V2, "a jump on less-than");
        }
    }
}
