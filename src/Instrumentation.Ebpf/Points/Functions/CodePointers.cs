using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Which addresses a jump through a register could reach, on x86-64: those that data of the file hold, as addresses (relocations among them) or as distances from a
/// table that the function takes the address of. All words are taken for such: that finds all, and hardly one that is none.
/// </summary>
/// <param name="file">The file.</param>
internal sealed class CodePointers(ElfFile file)
{
    private const int LongestTable = 2048;
    private const int MostTables = 65536;

    private int _tables;

    /// <summary>Whether a function jumps through a register or memory, so that its jumps alone do not say where to.</summary>
    /// <param name="code">The function.</param>
    /// <returns>True also when its instructions cannot all be decoded.</returns>
    public static bool JumpsBlindly(FunctionCode code)
    {
        ulong end = code.Address;
        foreach (Instruction instruction in code.Instructions)
        {
            end = instruction.NextIP;

            // A jump through a fixed place of memory leaves for another file: it is what the linker makes of calls.
            if (instruction.FlowControl == FlowControl.IndirectBranch && !(instruction.Op0Kind == OpKind.Memory && instruction.IsIPRelativeMemoryOperand))
            {
                return true;
            }
        }

        return end < code.End;
    }

    /// <summary>Searches the file's data for addresses.</summary>
    /// <param name="wanted">The addresses of interest.</param>
    /// <returns>Those of them that a word of 8 bytes holds.</returns>
    /// <exception cref="BadFileException">A segment is not inside the file.</exception>
    public HashSet<ulong> Among(HashSet<ulong> wanted)
    {
        HashSet<ulong> held = [];
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment is { Type: ElfSegmentType.Load, IsExecutable: false, FileSize: > 0 })
            {
                // Pointers lie at multiples of 8 of the address.
                int skip = (int)(-(long)segment.Address & 7);
                ReadOnlySpan<byte> data = file.Read(segment.Offset, segment.FileSize, "data").Span;
                foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data[Math.Min(skip, data.Length)..]))
                {
                    if (wanted.Contains(word))
                    {
                        held.Add(word);
                    }
                }
            }
        }

        return held;
    }

    /// <summary>Whether a table of distances that the function uses could lead to an address.</summary>
    /// <param name="code">The function.</param>
    /// <param name="wanted">The addresses.</param>
    /// <returns>True also when its instructions cannot all be decoded.</returns>
    /// <exception cref="BadFileException">A segment is not inside the file.</exception>
    public bool TablesReach(FunctionCode code, HashSet<ulong> wanted)
    {
        ulong end = code.Address;
        foreach (Instruction instruction in code.Instructions)
        {
            end = instruction.NextIP;
            if (instruction.Mnemonic == Mnemonic.Lea && instruction.IsIPRelativeMemoryOperand && TableReaches(instruction.IPRelativeMemoryAddress, wanted))
            {
                return true;
            }
        }

        return end < code.End;
    }

    private bool TableReaches(ulong table, HashSet<ulong> wanted)
    {
        if (++_tables > MostTables)
        {
            return true;
        }

        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && table >= segment.Address && table - segment.Address < segment.FileSize)
            {
                ulong length = Math.Min(segment.FileSize - (table - segment.Address), LongestTable * sizeof(int));
                ReadOnlySpan<byte> distances = file.Read(table - segment.Address + segment.Offset, length, "a jump table").Span;
                for (; distances.Length >= sizeof(int); distances = distances[sizeof(int)..])
                {
                    if (wanted.Contains(unchecked(table + (ulong)BinaryPrimitives.ReadInt32LittleEndian(distances))))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}
