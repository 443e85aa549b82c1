namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Text in scratch memory: {int bytes, or -1 for null; int bytes, more than the bound when it was cut}, then <see cref="Room"/> bytes of UTF-8 and a
/// tail that has no meaning.
/// </summary>
/// <param name="Offset">Where it begins, in bytes from <see cref="CodeEmitter.Memory"/>; a multiple of 8.</param>
/// <param name="Room">The most bytes of text, a multiple of 8.</param>
internal readonly record struct StringSlot(int Offset, int Room)
{
    /// <summary>The bytes in front of the text.</summary>
    public const int Head = 8;

    /// <summary>The bytes behind the text: for the zero byte, and to see whether there was more.</summary>
    public const int Tail = 8;

    /// <summary>Where the text begins.</summary>
    public int Text => Offset + Head;
}
