using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>Reads the notes of a file's marked places (.note.stapsdt).</summary>
internal static class SdtNoteReader
{
    private const uint SdtNoteType = 3;
    private const int AddressesSize = 24;

    /// <summary>Reads all notes.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The notes in the order of the file; none if it has none.</returns>
    /// <exception cref="BadFileException">A note is cut off or has no strings.</exception>
    public static SdtNote[] Read(ElfFile file)
    {
        ulong? trueBase = file.FindSection(".stapsdt.base")?.Address;
        var found = new List<SdtNote>();
        ulong budget = (ulong)file.Length;
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type != ElfSectionType.Notes || section.Size > budget || !file.IsNamed(section, ".note.stapsdt"u8))
            {
                continue;
            }

            budget -= section.Size;
            var notes = new ElfNotes(file.Path, file.ReadSection(section).Span, section.Offset);
            while (notes.MoveNext())
            {
                if (notes.Current.Type == SdtNoteType && notes.IsOf("stapsdt"u8))
                {
                    found.Add(Read(file.Path, notes.Content, notes.ContentOffset, trueBase));
                }
            }
        }

        return [.. found];
    }

    // Three addresses (the place, what .stapsdt.base was when the note was written, the semaphore), then three strings.
    private static SdtNote Read(string file, ReadOnlySpan<byte> note, long offset, ulong? trueBase)
    {
        if (note.Length < AddressesSize)
        {
            throw new BadFileException(file, "an SDT note", offset, $"it has {note.Length} bytes, fewer than its three addresses.");
        }

        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(note);
        ulong noteBase = BinaryPrimitives.ReadUInt64LittleEndian(note[8..]);
        ulong semaphore = BinaryPrimitives.ReadUInt64LittleEndian(note[16..]);
        ulong moved = trueBase is { } now && noteBase != 0 ? unchecked(now - noteBase) : 0;
        ReadOnlySpan<byte> strings = note[AddressesSize..];
        string provider = Next(file, ref strings, offset);
        string name = Next(file, ref strings, offset);
        string arguments = Next(file, ref strings, offset);
        return new SdtNote(provider, name, unchecked(address + moved), semaphore == 0 ? 0 : unchecked(semaphore + moved), arguments, offset);
    }

    private static string Next(string file, ref ReadOnlySpan<byte> strings, long offset)
    {
        int end = strings.IndexOf((byte)0);
        if (end < 0)
        {
            throw new BadFileException(file, "an SDT note", offset, "one of its three strings has no end.");
        }

        string text = StringTable.Text(strings[..end]);
        strings = strings[(end + 1)..];
        return text;
    }
}
