using System.Buffers;
using System.Buffers.Binary;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Which addresses the direct jumps and calls of a file could reach or its instructions compute, on x86-64. Every byte is taken for the beginning of one: that finds all, wherever instructions
/// begin. Where decoding the function around it proves that no instruction begins there, it is none.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="symbols">Its functions.</param>
internal sealed class BranchTargets(ElfFile file, ElfSymbols symbols)
{
    private const int NearReach = 130;
    private const ulong LongestInstruction = 15;
    private const ulong LongestDecoded = 64 * 1024;
    private const long MostDecoded = 64 * 1024 * 1024;

    private static readonly SearchValues<byte> NearStarts = SearchValues.Create([0xE8, 0xE9, 0x0F, 0x8D]);

    private ElfUnwindIndex? _unwind;
    private long _left = MostDecoded;

    /// <summary>Searches the instructions of the file.</summary>
    /// <param name="wanted">The addresses of interest.</param>
    /// <returns>Those of them that an instruction names.</returns>
    /// <exception cref="BadFileException">A segment is not inside the file.</exception>
    public HashSet<ulong> Among(HashSet<ulong> wanted)
    {
        HashSet<ulong> reached = [];
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && segment.IsExecutable && segment.FileSize > 0)
            {
                ReadOnlySpan<byte> code = file.Read(segment.Offset, segment.FileSize, "code").Span;
                AddFar(code, segment.Address, wanted, reached);
                AddNear(code, segment.Address, wanted, reached);
            }
        }

        return reached;
    }

    private void AddFar(ReadOnlySpan<byte> code, ulong address, HashSet<ulong> wanted, HashSet<ulong> reached)
    {
        for (int at = 0; at < code.Length; at++)
        {
            int next = code[at..].IndexOfAny(NearStarts);
            if (next < 0)
            {
                return;
            }

            at += next;
            int operand = at + 1;
            if (code[at] is 0x0F or 0x8D)
            {
                // Conditional jumps; an address that is computed from the instruction pointer.
                if (operand >= code.Length || (code[at] == 0x0F ? (code[operand] & 0xF0) != 0x80 : (code[operand] & 0xC7) != 0x05))
                {
                    continue;
                }

                operand++;
            }

            if (operand + sizeof(int) <= code.Length)
            {
                ulong target = unchecked(address + (ulong)(operand + sizeof(int)) + (ulong)BinaryPrimitives.ReadInt32LittleEndian(code[operand..]));
                if (wanted.Contains(target) && MayReach(address + (ulong)at, target))
                {
                    reached.Add(target);
                }
            }
        }
    }

    // Short jumps reach 128 bytes: only the surroundings of each address are of interest.
    private void AddNear(ReadOnlySpan<byte> code, ulong address, HashSet<ulong> wanted, HashSet<ulong> reached)
    {
        foreach (ulong target in wanted)
        {
            long place = unchecked((long)(target - address));
            if (place < 0 || place >= code.Length)
            {
                continue;
            }

            int last = (int)Math.Min(code.Length - 2, place + NearReach);
            for (int at = (int)Math.Max(0, place - NearReach); at <= last; at++)
            {
                if (code[at] is 0xEB or (>= 0x70 and <= 0x7F) or (>= 0xE0 and <= 0xE3) && at + 2 + (sbyte)code[at + 1] == place && MayReach(address + (ulong)at, target))
                {
                    reached.Add(target);
                    break;
                }
            }
        }
    }

    private bool MayReach(ulong operation, ulong target)
    {
        if (_left < 0 || !TryFindFunction(operation, out ulong start) || FunctionCode.Read(file, start, operation - start + LongestInstruction) is not { } code)
        {
            return true;
        }

        _left -= (long)(code.End - code.Address);
        foreach (Instruction instruction in code.Instructions)
        {
            if (instruction.NextIP > operation)
            {
                return instruction.IsIPRelativeMemoryOperand ? instruction.IPRelativeMemoryAddress == target : instruction.FlowControl is not FlowControl.Next && instruction.NearBranchTarget == target;
            }
        }

        return true;
    }

    private bool TryFindFunction(ulong address, out ulong start)
    {
        if (symbols.At(address) is { } around)
        {
            start = around.Address;
            return true;
        }

        return (_unwind ??= ElfUnwindIndex.Read(file)).TryFind(address, out start) && address - start <= LongestDecoded;
    }
}
