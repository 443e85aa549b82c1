using System.Buffers.Binary;
using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Comparisons of bytes in scratch memory. Loops have bounds that the verifier sees: it follows every turn.</summary>
internal static class TextBytes
{
    /// <summary>Emits a comparison with known bytes; R1 and R3 are changed.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="address">Holds the address, which the verifier knows to reach far enough.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="wanted">The known bytes.</param>
    /// <param name="different">Where to go when they differ; goes on behind otherwise.</param>
    public static void EmitCompare(BpfAssembler assembler, Register address, int offset, ReadOnlySpan<byte> wanted, Label different)
    {
        for (int at = 0; at < wanted.Length;)
        {
            int bytes = (wanted.Length - at) switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 };
            long value = bytes switch
            {
                8 => BinaryPrimitives.ReadInt64LittleEndian(wanted[at..]),
                4 => BinaryPrimitives.ReadUInt32LittleEndian(wanted[at..]),
                2 => BinaryPrimitives.ReadUInt16LittleEndian(wanted[at..]),
                _ => wanted[at],
            };
            assembler.Load(Register.R1, address, offset + at, bytes.ToMemorySize());
            if ((int)value == value)
            {
                assembler.JumpIf(JumpCondition.NotEqual, Register.R1, (int)value, different);
            }
            else
            {
                assembler.LoadConstant(Register.R3, value);
                assembler.JumpIf(JumpCondition.NotEqual, Register.R1, Register.R3, different);
            }

            at += bytes;
        }
    }

    /// <summary>Emits a comparison of two texts; R0 is the number of bytes, R1 to R5 are changed.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="first">Where the first begins, from <see cref="CodeEmitter.Memory"/>.</param>
    /// <param name="second">Where the second begins.</param>
    /// <param name="most">The most bytes that there can be.</param>
    /// <param name="equal">Where to go when all are equal.</param>
    /// <param name="different">Where to go when some differ.</param>
    public static void EmitCompareAll(BpfAssembler assembler, int first, int second, int most, Label equal, Label different)
    {
        Label turn = assembler.NewLabel("turn");
        EmitStart(assembler, Register.R2, first);
        EmitStart(assembler, Register.R3, second);
        assembler.Move(Register.R1, 0);
        assembler.Mark(turn);
        assembler.JumpIf(JumpCondition.Equal, Register.R1, Register.R0, equal);
        assembler.JumpIf(JumpCondition.Equal, Register.R1, most, equal);
        assembler.Load(Register.R4, Register.R2, 0, MemorySize.Bytes1);
        assembler.Load(Register.R5, Register.R3, 0, MemorySize.Bytes1);
        assembler.JumpIf(JumpCondition.NotEqual, Register.R4, Register.R5, different);
        assembler.Alu(AluOperation.Add, Register.R1, 1);
        assembler.Alu(AluOperation.Add, Register.R2, 1);
        assembler.Alu(AluOperation.Add, Register.R3, 1);
        assembler.Jump(turn);
    }

    /// <summary>Emits a search for known bytes; R0 is the last place where they can begin, counted from 0, and R1 to R4 are changed.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="offset">Where the text begins, from <see cref="CodeEmitter.Memory"/>.</param>
    /// <param name="wanted">The known bytes.</param>
    /// <param name="last">The greatest that R0 can be.</param>
    /// <param name="found">Where to go when they are there.</param>
    /// <param name="missing">Where to go when they are not.</param>
    public static void EmitSearch(BpfAssembler assembler, int offset, ReadOnlySpan<byte> wanted, int last, Label found, Label missing)
    {
        Label turn = assembler.NewLabel("turn");
        Label next = assembler.NewLabel("next");
        EmitStart(assembler, Register.R2, offset);
        assembler.Move(Register.R4, 0);
        assembler.Mark(turn);
        EmitCompare(assembler, Register.R2, 0, wanted, next);
        assembler.Jump(found);
        if (wanted.IsEmpty)
        {
            return;
        }

        assembler.Mark(next);
        assembler.JumpIf(JumpCondition.GreaterOrEqual, Register.R4, Register.R0, missing);
        assembler.JumpIf(JumpCondition.Equal, Register.R4, last, missing);
        assembler.Alu(AluOperation.Add, Register.R4, 1);
        assembler.Alu(AluOperation.Add, Register.R2, 1);
        assembler.Jump(turn);
    }

    /// <summary>
    /// Emits the count of the UTF-16 units of UTF-8 text: one for each byte that begins a character, and one more for each that begins a character of
    /// four bytes. R0 is the number of bytes at first and the count at the end; R1 to R5 are changed.
    /// </summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="offset">Where the text begins, from <see cref="CodeEmitter.Memory"/>.</param>
    /// <param name="most">The most bytes that there can be.</param>
    public static void EmitCount(BpfAssembler assembler, int offset, int most)
    {
        Label turn = assembler.NewLabel("turn");
        Label end = assembler.NewLabel("counted");
        EmitStart(assembler, Register.R2, offset);
        assembler.Move(Register.R1, 0);
        assembler.Move(Register.R3, 0);
        assembler.Mark(turn);
        assembler.JumpIf(JumpCondition.GreaterOrEqual, Register.R1, Register.R0, end);
        assembler.JumpIf(JumpCondition.Equal, Register.R1, most, end);

        // Without jumps: the verifier would follow each turn both ways. 0xf0 and 0x10 make 0x100; of 10xxxxxx, bit 7 is set and bit 6 is not.
        assembler.Load(Register.R4, Register.R2, 0, MemorySize.Bytes1);
        assembler.Move(Register.R5, Register.R4);
        assembler.Alu(AluOperation.Add, Register.R5, 0x10);
        assembler.Alu(AluOperation.ShiftRight, Register.R5, 8);
        assembler.Alu(AluOperation.Add, Register.R3, Register.R5);
        assembler.Move(Register.R5, Register.R4);
        assembler.Alu(AluOperation.Xor, Register.R5, 0x40);
        assembler.Alu(AluOperation.ShiftRight, Register.R5, 6);
        assembler.Alu(AluOperation.ShiftRight, Register.R4, 7);
        assembler.Alu(AluOperation.And, Register.R4, Register.R5);
        assembler.Alu(AluOperation.And, Register.R4, 1);
        assembler.Alu(AluOperation.Xor, Register.R4, 1);
        assembler.Alu(AluOperation.Add, Register.R3, Register.R4);
        assembler.Alu(AluOperation.Add, Register.R1, 1);
        assembler.Alu(AluOperation.Add, Register.R2, 1);
        assembler.Jump(turn);
        assembler.Mark(end);
        assembler.Move(Register.R0, Register.R3);
    }

    private static void EmitStart(BpfAssembler assembler, Register register, int offset)
    {
        assembler.Move(register, CodeEmitter.Memory);
        assembler.Alu(AluOperation.Add, register, offset);
    }
}
