using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Instrumentation.Managed.Tests.Weaving;

/// <summary>A decoder of IL that shares nothing with the one under test: operations by the framework's own table, branches as offsets.</summary>
internal static class PlainDecoder
{
    private static readonly Dictionary<int, OpCode> Table = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .Where(static code => code.OpCodeType != OpCodeType.Nternal)
        .ToDictionary(static code => code.Value & 0xFFFF);

    private static readonly Dictionary<string, string> LongNames = Table.Values
        .Where(static code => code.OperandType == OperandType.ShortInlineBrTarget)
        .ToDictionary(static code => code.Name!, static code => code.Name![..^2]);

    /// <summary>One operation.</summary>
    /// <param name="Offset">Where it is.</param>
    /// <param name="Name">Its name; short branches by their long names.</param>
    /// <param name="Operand">The bits of the operand; 0 for branches.</param>
    /// <param name="Targets">The offsets that it may go to.</param>
    public sealed record Operation(int Offset, string Name, long Operand, int[] Targets);

    /// <summary>Decodes code.</summary>
    public static List<Operation> Decode(ReadOnlySpan<byte> code)
    {
        List<Operation> operations = [];
        for (int at = 0; at < code.Length;)
        {
            int start = at;
            int value = code[at++];
            if (value == 0xFE)
            {
                value = 0xFE00 | code[at++];
            }

            OpCode operation = Table[value];
            ReadOnlySpan<byte> rest = code[at..];
            switch (operation.OperandType)
            {
                case OperandType.InlineNone:
                    operations.Add(new Operation(start, operation.Name!, 0, []));
                    break;
                case OperandType.ShortInlineBrTarget:
                    at += 1;
                    operations.Add(new Operation(start, LongNames[operation.Name!], 0, [at + (sbyte)rest[0]]));
                    break;
                case OperandType.InlineBrTarget:
                    at += 4;
                    operations.Add(new Operation(start, operation.Name!, 0, [at + BinaryPrimitives.ReadInt32LittleEndian(rest)]));
                    break;
                case OperandType.InlineSwitch:
                    int count = BinaryPrimitives.ReadInt32LittleEndian(rest);
                    at += 4 + (4 * count);
                    int[] targets = new int[count];
                    for (int i = 0; i < count; i++)
                    {
                        targets[i] = at + BinaryPrimitives.ReadInt32LittleEndian(rest[(4 + (4 * i))..]);
                    }

                    operations.Add(new Operation(start, operation.Name!, 0, targets));
                    break;
                case OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    operations.Add(new Operation(start, operation.Name!, rest[0], []));
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    operations.Add(new Operation(start, operation.Name!, BinaryPrimitives.ReadUInt16LittleEndian(rest), []));
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    operations.Add(new Operation(start, operation.Name!, BinaryPrimitives.ReadInt64LittleEndian(rest), []));
                    break;
                default:
                    at += 4;
                    operations.Add(new Operation(start, operation.Name!, BinaryPrimitives.ReadUInt32LittleEndian(rest), []));
                    break;
            }
        }

        return operations;
    }
}
