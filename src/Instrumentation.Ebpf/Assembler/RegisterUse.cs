namespace Instrumentation.Ebpf.Assembler;

/// <summary>What an instruction does with registers.</summary>
/// <param name="Reads">What it needs.</param>
/// <param name="Writes">What it sets.</param>
/// <param name="Unsets">What has no value afterwards.</param>
internal readonly record struct RegisterUse(RegisterSet Reads, RegisterSet Writes, RegisterSet Unsets)
{
    /// <summary>The use of an instruction. Calls of functions of the program read what the caller of this method says they do.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="unknownCall">What a call reads whose arguments are not known.</param>
    /// <returns>The use.</returns>
    public static RegisterUse Of(Instruction instruction, RegisterSet unknownCall)
    {
        Register destination = instruction.Destination;
        RegisterSet source = instruction.UsesSource ? instruction.Source : RegisterSet.None;
        int operation = instruction.Opcode & Opcode.OperationMask;
        switch (instruction.Class)
        {
            case Opcode.ClassConstant:
                return new(RegisterSet.None, destination, RegisterSet.None);
            case Opcode.ClassLoad:
                return new(instruction.Source, destination, RegisterSet.None);
            case Opcode.ClassStoreImmediate:
                return new(destination, RegisterSet.None, RegisterSet.None);
            case Opcode.ClassStore:
                return Store(instruction);
            case Opcode.ClassAlu32 or Opcode.ClassAlu64:
                // Byte swaps use the bit of a register operand for the byte order.
                source = operation == Opcode.ByteOrder ? RegisterSet.None : source;
                return new(operation == (int)AluOperation.Move ? source : source | destination, destination, RegisterSet.None);
            default:
                return operation switch
                {
                    Opcode.JumpAlways => default,
                    Opcode.Exit => new(Register.R0, RegisterSet.None, RegisterSet.None),
                    Opcode.Call => new(CallReads(instruction, unknownCall), Register.R0, RegisterSet.Arguments),
                    _ => new(source | destination, RegisterSet.None, RegisterSet.None),
                };
        }
    }

    private static RegisterUse Store(Instruction instruction)
    {
        RegisterSet reads = (RegisterSet)instruction.Destination | instruction.Source;
        if ((instruction.Opcode & Opcode.ModeMask) != Opcode.ModeAtomic)
        {
            return new(reads, RegisterSet.None, RegisterSet.None);
        }

        AtomicOperation operation = (AtomicOperation)instruction.Immediate;
        return operation == AtomicOperation.CompareExchange
            ? new(reads | Register.R0, Register.R0, RegisterSet.None)
            : new(reads, operation.Fetches() ? instruction.Source : RegisterSet.None, RegisterSet.None);
    }

    private static RegisterSet CallReads(Instruction instruction, RegisterSet unknownCall) =>
        instruction.Source == Register.R0 && HelperArguments.Of((BpfHelper)instruction.Immediate) is { } count ? RegisterSet.FirstArguments(count) : unknownCall;
}
