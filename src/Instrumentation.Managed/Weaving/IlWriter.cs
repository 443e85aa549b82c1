using System.Buffers;
using System.Buffers.Binary;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>A body in its metadata encoding.</summary>
/// <param name="Bytes">The body, header first.</param>
/// <param name="Map">Pairs of an original IL offset and the new one, ascending: what the runtime needs to keep line numbers.</param>
internal sealed record EncodedBody(byte[] Bytes, uint[] Map);

/// <summary>Writes a body with a fat header and fat clauses (ECMA-335, II.25.4).</summary>
internal static class IlWriter
{
    /// <summary>Writes a body.</summary>
    /// <param name="body">The body; its instructions' offsets are changed to the new ones.</param>
    /// <param name="originals">The original instructions with their original offsets, in order.</param>
    /// <returns>The encoded body.</returns>
    public static EncodedBody Write(IlBody body, IReadOnlyList<(Instruction Instruction, int Offset)> originals)
    {
        int codeSize = 0;
        foreach (Instruction instruction in body.Instructions)
        {
            instruction.Offset = codeSize;
            codeSize += IlOpCodes.SizeOf(instruction);
        }

        body.End.Offset = codeSize;
        ArrayBufferWriter<byte> output = new(codeSize + 64);
        WriteUInt16(output, (ushort)(0x3003 | (body.InitLocals ? 0x10 : 0) | (body.Handlers.Count > 0 ? 8 : 0)));
        WriteUInt16(output, checked((ushort)body.MaxStack));
        WriteInt32(output, codeSize);
        WriteInt32(output, body.LocalsToken);
        foreach (Instruction instruction in body.Instructions)
        {
            WriteInstruction(output, instruction);
        }

        WriteClauses(output, body);
        uint[] map = new uint[originals.Count * 2];
        for (int i = 0; i < originals.Count; i++)
        {
            map[2 * i] = (uint)originals[i].Offset;
            map[(2 * i) + 1] = (uint)originals[i].Instruction.Offset;
        }

        return new EncodedBody(output.WrittenSpan.ToArray(), map);
    }

    private static void WriteInstruction(ArrayBufferWriter<byte> output, Instruction instruction)
    {
        OpCode opCode = instruction.OpCode;
        if (opCode.Size == 2)
        {
            WriteByte(output, opCode.Op1);
        }

        WriteByte(output, opCode.Op2);
        int next = instruction.Offset + IlOpCodes.SizeOf(instruction);
        switch (opCode.OperandType)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.InlineBrTarget:
                WriteInt32(output, ((Instruction)instruction.Operand).Offset - next);
                break;
            case OperandType.InlineSwitch:
                Instruction[] targets = (Instruction[])instruction.Operand;
                WriteInt32(output, targets.Length);
                foreach (Instruction target in targets)
                {
                    WriteInt32(output, target.Offset - next);
                }

                break;
            case OperandType.ShortInlineI or OperandType.ShortInlineVar or OperandType.ShortInlineArg:
                WriteByte(output, unchecked((byte)Convert.ToInt32(instruction.Operand, null)));
                break;
            case OperandType.InlineVar or OperandType.InlineArg:
                WriteUInt16(output, checked((ushort)(int)instruction.Operand));
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                Span<byte> wide = output.GetSpan(8);
                BinaryPrimitives.WriteInt64LittleEndian(wide, (long)instruction.Operand);
                output.Advance(8);
                break;
            case OperandType.InlineI or OperandType.ShortInlineR:
                WriteInt32(output, (int)instruction.Operand);
                break;
            default:
                WriteInt32(output, ((MetadataToken)instruction.Operand).ToInt32());
                break;
        }
    }

    private static void WriteClauses(ArrayBufferWriter<byte> output, IlBody body)
    {
        if (body.Handlers.Count == 0)
        {
            return;
        }

        while (output.WrittenCount % 4 != 0)
        {
            WriteByte(output, 0);
        }

        int size = (body.Handlers.Count * 24) + 4;
        WriteInt32(output, 0x41 | (size << 8));
        foreach (IlHandler handler in body.Handlers)
        {
            WriteInt32(output, (int)handler.Kind);
            WriteInt32(output, handler.TryStart.Offset);
            WriteInt32(output, handler.TryEnd.Offset - handler.TryStart.Offset);
            WriteInt32(output, handler.HandlerStart.Offset);
            WriteInt32(output, handler.HandlerEnd.Offset - handler.HandlerStart.Offset);
            WriteInt32(output, handler.FilterStart?.Offset ?? handler.CatchType.ToInt32());
        }
    }

    private static void WriteByte(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static void WriteUInt16(ArrayBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    private static void WriteInt32(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }
}
