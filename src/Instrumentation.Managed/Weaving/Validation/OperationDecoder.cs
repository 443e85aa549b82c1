using System.Buffers.Binary;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Decodes single instructions (ECMA-335, III.1.9). Branches still hold offsets.</summary>
internal static class OperationDecoder
{
    /// <summary>Decodes an instruction.</summary>
    /// <param name="code">The code.</param>
    /// <param name="offset">Where the instruction starts; behind it afterwards.</param>
    /// <param name="switches">Takes the offsets that a switch goes to.</param>
    /// <returns>The instruction.</returns>
    /// <exception cref="BadIlException">It is none, or it is cut short.</exception>
    public static Operation Decode(ReadOnlySpan<byte> code, ref int offset, List<int[]> switches)
    {
        int start = offset;
        OpCode opCode = IlOpCodes.At(code, start);
        (Code form, int operand) = GeneralForms.Of(opCode.Code);
        ReadOnlySpan<byte> rest = code[(start + opCode.Size)..];
        int size = SizeOf(opCode.OperandType, rest);
        if (size > rest.Length)
        {
            throw Flaw.At(start, form, "the code ends within it");
        }

        offset = start + opCode.Size + size;
        switch (opCode.OperandType)
        {
            case OperandType.ShortInlineBrTarget:
                operand = offset + (sbyte)rest[0];
                break;
            case OperandType.InlineBrTarget:
                operand = offset + BinaryPrimitives.ReadInt32LittleEndian(rest);
                break;
            case OperandType.ShortInlineVar or OperandType.ShortInlineArg:
                operand = rest[0];
                break;
            case OperandType.InlineVar or OperandType.InlineArg:
                operand = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                break;
            case OperandType.InlineSwitch:
                operand = switches.Count;
                switches.Add(TargetsOf(rest[4..size], offset));
                break;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig or OperandType.InlineTok or OperandType.InlineType:
                operand = BinaryPrimitives.ReadInt32LittleEndian(rest);
                break;
            default:
                break;
        }

        return new Operation(form, start, operand);
    }

    private static int[] TargetsOf(ReadOnlySpan<byte> distances, int from)
    {
        int[] targets = new int[distances.Length / 4];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = from + BinaryPrimitives.ReadInt32LittleEndian(distances[(4 * i)..]);
        }

        return targets;
    }

    private static int SizeOf(OperandType type, ReadOnlySpan<byte> rest) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar or OperandType.ShortInlineArg => 1,
        OperandType.InlineVar or OperandType.InlineArg => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch when rest.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(rest) is uint count && count < rest.Length / 4 =>
            4 + (4 * (int)count),
        OperandType.InlineSwitch => int.MaxValue,
        _ => 4,
    };
}
