using System.Buffers;
using System.Buffers.Binary;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Which addresses a direct jump or call of x86-64 could reach. Every byte is taken for the beginning of one: that finds all, wherever instructions begin, and a few
/// that are none.
/// </summary>
internal static class BranchTargets
{
    private const int NearReach = 130;

    private static readonly SearchValues<byte> NearStarts = SearchValues.Create([0xE8, 0xE9, 0x0F]);

    /// <summary>Searches the instructions of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="wanted">The addresses of interest.</param>
    /// <returns>Those of them that a jump or call could reach.</returns>
    /// <exception cref="BadFileException">A segment is not inside the file.</exception>
    public static HashSet<ulong> Among(ElfFile file, HashSet<ulong> wanted)
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

    private static void AddFar(ReadOnlySpan<byte> code, ulong address, HashSet<ulong> wanted, HashSet<ulong> reached)
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
            if (code[at] == 0x0F)
            {
                if (operand >= code.Length || (code[operand] & 0xF0) != 0x80)
                {
                    continue;
                }

                operand++;
            }

            if (operand + sizeof(int) <= code.Length)
            {
                ulong target = unchecked(address + (ulong)(operand + sizeof(int)) + (ulong)BinaryPrimitives.ReadInt32LittleEndian(code[operand..]));
                if (wanted.Contains(target))
                {
                    reached.Add(target);
                }
            }
        }
    }

    // Short jumps reach 128 bytes: only the surroundings of each address are of interest.
    private static void AddNear(ReadOnlySpan<byte> code, ulong address, HashSet<ulong> wanted, HashSet<ulong> reached)
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
                if (code[at] is 0xEB or (>= 0x70 and <= 0x7F) or (>= 0xE0 and <= 0xE3) && at + 2 + (sbyte)code[at + 1] == place)
                {
                    reached.Add(target);
                    break;
                }
            }
        }
    }
}
