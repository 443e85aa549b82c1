namespace Instrumentation;

/// <summary>A file that describes code or types (an ELF file, BTF, a note in one of them) cannot be read, or says what cannot be true.</summary>
public sealed class BadFileException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="part">The part of it that is bad, for example a section's name.</param>
    /// <param name="offset">Where the bad part begins: bytes from the start of the file, or of the part when the file is not at hand.</param>
    /// <param name="why">What is wrong there.</param>
    /// <param name="mend">What to change; null for the general advice.</param>
    /// <param name="inner">The failure underneath, when there is one.</param>
    public BadFileException(string file, string part, long offset, string why, string? mend = null, Exception? inner = null)
        : base(
            $"'{file}' cannot be used ({part} at 0x{offset:x})",
            why,
            mend ?? "The file is damaged, cut off or of another kind: install it anew, or name another.",
            inner)
    {
        File = file;
        Part = part;
        Offset = offset;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The part of the file that is bad.</summary>
    public string Part { get; }

    /// <summary>Where the bad part begins, in bytes.</summary>
    public long Offset { get; }
}
