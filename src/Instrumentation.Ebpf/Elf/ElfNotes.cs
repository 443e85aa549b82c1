using System.Buffers.Binary;

namespace Instrumentation.Ebpf.Elf;

/// <summary>One note: whose it is, of which kind, and where its content is in the notes.</summary>
/// <param name="OwnerStart">Where the owner's name begins.</param>
/// <param name="OwnerLength">The length of the owner's name, its ending zero included.</param>
/// <param name="Type">The kind, which the owner defines.</param>
/// <param name="Start">Where the content begins.</param>
/// <param name="Length">The length of the content in bytes.</param>
internal readonly record struct ElfNote(int OwnerStart, int OwnerLength, uint Type, int Start, int Length);

/// <summary>Walks the notes of a section or segment.</summary>
/// <param name="file">The file's name for errors.</param>
/// <param name="notes">The bytes of the notes.</param>
/// <param name="offset">Where they begin in the file.</param>
internal ref struct ElfNotes(string file, ReadOnlySpan<byte> notes, ulong offset)
{
    private const int HeaderSize = 12;

    private readonly ReadOnlySpan<byte> _notes = notes;
    private int _at;

    /// <summary>The note that the walk is at.</summary>
    public ElfNote Current { get; private set; }

    /// <summary>The content of the note that the walk is at.</summary>
    public readonly ReadOnlySpan<byte> Content => _notes.Slice(Current.Start, Current.Length);

    /// <summary>Where the content of the current note is in the file.</summary>
    public readonly long ContentOffset => unchecked((long)offset + Current.Start);

    /// <summary>Whether the current note belongs to an owner.</summary>
    /// <param name="owner">The owner's name without its ending zero.</param>
    /// <returns>True if it does.</returns>
    public readonly bool IsOf(ReadOnlySpan<byte> owner)
    {
        ReadOnlySpan<byte> name = _notes.Slice(Current.OwnerStart, Current.OwnerLength);
        return name.Length == owner.Length + 1 && name.StartsWith(owner) && name[^1] == 0;
    }

    /// <summary>Goes to the next note.</summary>
    /// <returns>False if there is none.</returns>
    /// <exception cref="BadFileException">The note is cut off.</exception>
    public bool MoveNext()
    {
        if (_notes.Length - _at < HeaderSize)
        {
            return false;
        }

        ReadOnlySpan<byte> header = _notes[_at..];
        uint ownerLength = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        long start = _at + HeaderSize + Padded(ownerLength);
        if (start + length > _notes.Length)
        {
            throw new BadFileException(
                file,
                "a note",
                unchecked((long)offset + _at),
                $"its name of {ownerLength} and content of {length} bytes reach beyond the end of the notes.");
        }

        Current = new ElfNote(_at + HeaderSize, (int)ownerLength, BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), (int)start, (int)length);
        _at = (int)Math.Min(start + Padded(length), _notes.Length);
        return true;
    }

    private static long Padded(uint length) => (length + 3L) & ~3L;
}
