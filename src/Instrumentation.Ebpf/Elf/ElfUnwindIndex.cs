using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// Where functions begin, as the table says by which exceptions find them (.eh_frame_hdr). Compilers write it for every function, and stripping keeps it: it knows
/// functions that have no symbol, and parts that compilers moved away from theirs.
/// </summary>
internal sealed class ElfUnwindIndex
{
    private const int HeaderSize = 12;
    private const int EntrySize = 8;

    // Version 1; the pointer relative to itself, the count plain, the table relative to the section: all of 4 bytes. Linkers write nothing else.
    private static readonly byte[] Encodings = [1, 0x1B, 0x03, 0x3B];

    private readonly ulong[] _starts;

    private ElfUnwindIndex(ulong[] starts) => _starts = starts;

    /// <summary>Reads the table of a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The index; empty when the file has no such table.</returns>
    /// <exception cref="BadFileException">The table is not inside the file.</exception>
    public static ElfUnwindIndex Read(ElfFile file)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegmentType.UnwindTable && segment.FileSize >= HeaderSize)
            {
                ReadOnlySpan<byte> table = file.Read(segment.Offset, segment.FileSize, "the table of functions for exceptions").Span;
                if (table.StartsWith(Encodings))
                {
                    return new ElfUnwindIndex(Starts(table, segment.Address));
                }
            }
        }

        return new ElfUnwindIndex([]);
    }

    /// <summary>Finds where the function that an address lies in begins.</summary>
    /// <param name="address">The virtual address.</param>
    /// <param name="start">Where it begins.</param>
    /// <returns>False when no function begins at or before the address.</returns>
    public bool TryFind(ulong address, out ulong start)
    {
        int at = Array.BinarySearch(_starts, address);
        at = at < 0 ? ~at - 1 : at;
        start = at < 0 ? 0 : _starts[at];
        return at >= 0;
    }

    private static ulong[] Starts(ReadOnlySpan<byte> table, ulong address)
    {
        uint count = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(table[8..]), (uint)((table.Length - HeaderSize) / EntrySize));
        ulong[] starts = new ulong[count];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = unchecked(address + (ulong)BinaryPrimitives.ReadInt32LittleEndian(table[(HeaderSize + (i * EntrySize))..]));
        }

        Array.Sort(starts);
        return starts;
    }
}
