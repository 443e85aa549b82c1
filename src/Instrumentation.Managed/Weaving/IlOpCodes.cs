using System.Reflection;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>Operations by their encoding, and the long form of the short ones (ECMA-335, III.1.7.2 and II.22).</summary>
internal static class IlOpCodes
{
    private static readonly OpCode?[] OneByte = new OpCode?[256];
    private static readonly OpCode?[] TwoBytes = new OpCode?[256];

    static IlOpCodes()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            OpCode opCode = (OpCode)field.GetValue(null)!;
            (opCode.Size == 1 ? OneByte : TwoBytes)[opCode.Op2] = opCode;
        }
    }

    /// <summary>The operation that bytes encode.</summary>
    /// <param name="code">The code.</param>
    /// <param name="offset">Where the operation starts.</param>
    /// <returns>The operation.</returns>
    /// <exception cref="BadIlException">There is no such operation.</exception>
    public static OpCode At(ReadOnlySpan<byte> code, int offset)
    {
        byte first = code[offset];
        OpCode? found = first != 0xFE ? OneByte[first] : offset + 1 < code.Length ? TwoBytes[code[offset + 1]] : null;
        return found ?? throw new BadIlException($"the byte 0x{first:x2} at IL offset {offset} is not an operation");
    }

    /// <summary>The form of a branch that reaches everywhere; other operations as they are.</summary>
    /// <param name="opCode">The operation.</param>
    /// <returns>The long form.</returns>
    public static OpCode LongForm(OpCode opCode) => opCode.Code switch
    {
        Code.Br_S => OpCodes.Br,
        Code.Brfalse_S => OpCodes.Brfalse,
        Code.Brtrue_S => OpCodes.Brtrue,
        Code.Beq_S => OpCodes.Beq,
        Code.Bge_S => OpCodes.Bge,
        Code.Bgt_S => OpCodes.Bgt,
        Code.Ble_S => OpCodes.Ble,
        Code.Blt_S => OpCodes.Blt,
        Code.Bne_Un_S => OpCodes.Bne_Un,
        Code.Bge_Un_S => OpCodes.Bge_Un,
        Code.Bgt_Un_S => OpCodes.Bgt_Un,
        Code.Ble_Un_S => OpCodes.Ble_Un,
        Code.Blt_Un_S => OpCodes.Blt_Un,
        Code.Leave_S => OpCodes.Leave,
        _ => opCode,
    };

    /// <summary>Bytes of an instruction's encoding.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <returns>The bytes.</returns>
    public static int SizeOf(Instruction instruction) => instruction.OpCode.Size + instruction.OpCode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar or OperandType.ShortInlineArg => 1,
        OperandType.InlineVar or OperandType.InlineArg => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * ((Instruction[])instruction.Operand).Length),
        _ => 4,
    };
}
