using System.Buffers.Binary;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>Reads a method body in its metadata encoding (ECMA-335, II.25.4). Short branches become long ones, since weaving moves code apart.</summary>
internal ref struct IlReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly IlBody _body = new();
    private readonly Dictionary<int, Instruction> _byOffset = [];
    private readonly List<(Instruction Branch, int[] Targets)> _branches = [];

    private IlReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Reads a body.</summary>
    /// <param name="bytes">The body from its header on; more bytes may follow.</param>
    /// <returns>The body.</returns>
    /// <exception cref="BadIlException">The bytes are not a body.</exception>
    public static IlBody Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new IlReader(bytes).Read();
        }
        catch (Exception error) when (error is IndexOutOfRangeException or ArgumentOutOfRangeException or KeyNotFoundException)
        {
            throw new BadIlException("the body is cut short, or an offset in it points between instructions");
        }
    }

    private readonly IlBody Read()
    {
        int codeStart = ReadHeader(out int codeSize, out bool moreSections);
        _body.OriginalCodeSize = codeSize;
        ReadOnlySpan<byte> code = _bytes.Slice(codeStart, codeSize);
        for (int offset = 0; offset < codeSize;)
        {
            Instruction instruction = ReadInstruction(code, ref offset);
            _body.Instructions.Add(instruction);
        }

        _byOffset[codeSize] = _body.End;
        foreach ((Instruction branch, int[] targets) in _branches)
        {
            branch.Operand = branch.OpCode.OperandType == OperandType.InlineSwitch ? ToInstructions(targets) : _byOffset[targets[0]];
        }

        if (moreSections)
        {
            ReadClauses((codeStart + codeSize + 3) & ~3);
        }

        return _body;
    }

    private readonly int ReadHeader(out int codeSize, out bool moreSections)
    {
        if ((_bytes[0] & 3) == 2)
        {
            codeSize = _bytes[0] >> 2;
            moreSections = false;
            _body.MaxStack = 8;
            return 1;
        }

        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(_bytes);
        moreSections = (flags & 8) != 0;
        _body.InitLocals = (flags & 0x10) != 0;
        _body.MaxStack = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[2..]);
        codeSize = Int32(4);
        _body.LocalsToken = Int32(8);
        return 12;
    }

    private readonly Instruction ReadInstruction(ReadOnlySpan<byte> code, ref int offset)
    {
        int start = offset;
        OpCode opCode = IlOpCodes.At(code, offset);
        offset += opCode.Size;
        Instruction instruction = IlBody.Make(IlOpCodes.LongForm(opCode));
        instruction.Offset = start;
        _byOffset[start] = instruction;
        ReadOnlySpan<byte> operand = code[offset..];
        switch (opCode.OperandType)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.ShortInlineBrTarget:
                offset += 1;
                _branches.Add((instruction, [offset + (sbyte)operand[0]]));
                break;
            case OperandType.InlineBrTarget:
                offset += 4;
                _branches.Add((instruction, [offset + BinaryPrimitives.ReadInt32LittleEndian(operand)]));
                break;
            case OperandType.InlineSwitch:
                int count = BinaryPrimitives.ReadInt32LittleEndian(operand);
                ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)code.Length);
                offset += 4 + (4 * count);
                int[] targets = new int[count];
                for (int i = 0; i < count; i++)
                {
                    targets[i] = offset + BinaryPrimitives.ReadInt32LittleEndian(operand[(4 + (4 * i))..]);
                }

                _branches.Add((instruction, targets));
                break;
            case OperandType.ShortInlineI:
                instruction.Operand = opCode.Code == Code.Ldc_I4_S ? (sbyte)operand[0] : (int)operand[0];
                offset += 1;
                break;
            case OperandType.ShortInlineVar or OperandType.ShortInlineArg:
                instruction.Operand = (int)operand[0];
                offset += 1;
                break;
            case OperandType.InlineVar or OperandType.InlineArg:
                instruction.Operand = (int)BinaryPrimitives.ReadUInt16LittleEndian(operand);
                offset += 2;
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                instruction.Operand = BinaryPrimitives.ReadInt64LittleEndian(operand);
                offset += 8;
                break;
            case OperandType.InlineI or OperandType.ShortInlineR:
                instruction.Operand = BinaryPrimitives.ReadInt32LittleEndian(operand);
                offset += 4;
                break;
            default:
                instruction.Operand = new MetadataToken(BinaryPrimitives.ReadUInt32LittleEndian(operand));
                offset += 4;
                break;
        }

        return instruction;
    }

    private readonly void ReadClauses(int offset)
    {
        bool fat;
        bool more;
        do
        {
            byte kind = _bytes[offset];
            fat = (kind & 0x40) != 0;
            more = (kind & 0x80) != 0;
            int size = fat ? Int32(offset) >>> 8 : _bytes[offset + 1];
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 4);
            int clauseSize = fat ? 24 : 12;
            int next = offset + size;
            if ((kind & 1) != 0)
            {
                for (int clause = offset + 4; clause + clauseSize <= next; clause += clauseSize)
                {
                    _body.Handlers.Add(fat ? ReadFatClause(clause) : ReadSmallClause(clause));
                }
            }

            offset = (next + 3) & ~3;
        }
        while (more);
    }

    private readonly IlHandler ReadFatClause(int at) =>
        Clause(Int32(at), Int32(at + 4), Int32(at + 8), Int32(at + 12), Int32(at + 16), Int32(at + 20));

    private readonly IlHandler ReadSmallClause(int at) =>
        Clause(UInt16(at), UInt16(at + 2), _bytes[at + 4], UInt16(at + 5), _bytes[at + 7], Int32(at + 8));

    private readonly IlHandler Clause(int kind, int tryOffset, int tryLength, int handlerOffset, int handlerLength, int last) => new()
    {
        Kind = (ExceptionHandlerType)kind,
        TryStart = _byOffset[tryOffset],
        TryEnd = _byOffset[tryOffset + tryLength],
        HandlerStart = _byOffset[handlerOffset],
        HandlerEnd = _byOffset[handlerOffset + handlerLength],
        FilterStart = kind == (int)ExceptionHandlerType.Filter ? _byOffset[last] : null,
        CatchType = kind == (int)ExceptionHandlerType.Catch ? new MetadataToken((uint)last) : default,
    };

    private readonly Instruction[] ToInstructions(int[] offsets)
    {
        Instruction[] instructions = new Instruction[offsets.Length];
        for (int i = 0; i < offsets.Length; i++)
        {
            instructions[i] = _byOffset[offsets[i]];
        }

        return instructions;
    }

    private readonly int Int32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]);

    private readonly ushort UInt16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[at..]);
}
