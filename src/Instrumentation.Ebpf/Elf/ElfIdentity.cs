using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>What ties a file to its separate file of debug information.</summary>
/// <param name="BuildId">The build id; empty if the file has none.</param>
/// <param name="DebugLink">The name in .gnu_debuglink; null if the file has none.</param>
/// <param name="DebugLinkCrc">The checksum of the file that the link names.</param>
internal sealed record ElfIdentity(ReadOnlyMemory<byte> BuildId, string? DebugLink, uint DebugLinkCrc)
{
    private const uint BuildIdNote = 3;

    /// <summary>The build id in hexadecimal digits, as <c>readelf -n</c> prints it; empty if the file has none.</summary>
    public string BuildIdText => Convert.ToHexStringLower(BuildId.Span);

    /// <summary>Reads it from a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="BadFileException">A note or section is not inside the file.</exception>
    public static ElfIdentity Read(ElfFile file)
    {
        (string? link, uint crc) = ReadLink(file);
        return new ElfIdentity(ReadBuildId(file), link, crc);
    }

    private static byte[] ReadBuildId(ElfFile file)
    {
        // A file whose section table was stripped still has the segment. No true file has more notes than bytes: one whose segments all name
        // the same bytes would cost its size squared.
        ulong budget = (ulong)file.Length;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegmentType.Notes || segment.FileSize > budget)
            {
                continue;
            }

            budget -= segment.FileSize;
            if (FindBuildId(file, segment.Offset, segment.FileSize, out byte[] found))
            {
                return found;
            }
        }

        return file.FindSection(".note.gnu.build-id") is { Type: not ElfSectionType.NoBits } section && FindBuildId(file, section.Offset, section.Size, out byte[] id) ? id : [];
    }

    private static bool FindBuildId(ElfFile file, ulong offset, ulong size, out byte[] id)
    {
        var notes = new ElfNotes(file.Path, file.Read(offset, size, "the notes").Span, offset);
        while (notes.MoveNext())
        {
            if (notes.Current.Type == BuildIdNote && notes.IsOf("GNU"u8))
            {
                id = notes.Content.ToArray();
                return true;
            }
        }

        id = [];
        return false;
    }

    // The name, a zero, zeros up to a multiple of four, the checksum.
    private static (string? Name, uint Crc) ReadLink(ElfFile file)
    {
        if (file.FindSection(".gnu_debuglink") is not { } section)
        {
            return default;
        }

        ReadOnlySpan<byte> link = file.ReadSection(section).Span;
        ReadOnlySpan<byte> name = StringTable.Leading(link);
        int crc = (name.Length + 4) & ~3;
        if (name.IsEmpty || crc > link.Length - 4)
        {
            throw new BadFileException(file.Path, "section .gnu_debuglink", (long)section.Offset, "it does not hold a name and a checksum.");
        }

        return (StringTable.Text(name), BinaryPrimitives.ReadUInt32LittleEndian(link[crc..]));
    }
}
