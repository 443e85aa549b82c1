using System.Text;

namespace Instrumentation.Ebpf.Files;

/// <summary>A table of strings, each ended by a zero byte and named by its offset, as ELF and BTF have them.</summary>
/// <param name="bytes">The table.</param>
internal readonly struct StringTable(ReadOnlyMemory<byte> bytes)
{
    /// <summary>
    /// The most bytes of a string that are looked at. It is far above every real name; without it, a small table of which many entries name
    /// the same long string would cost its size squared.
    /// </summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>The length of the table in bytes.</summary>
    public int Length => bytes.Length;

    /// <summary>The string at an offset.</summary>
    /// <param name="offset">The offset.</param>
    /// <returns>Its bytes without the zero: up to <see cref="MostBytes"/>; none if the offset is beyond the table.</returns>
    public ReadOnlySpan<byte> At(uint offset) => offset < (uint)bytes.Length ? Leading(bytes.Span[(int)offset..]) : default;

    /// <summary>The text of the string at an offset.</summary>
    /// <param name="offset">The offset.</param>
    /// <returns>The text; empty if the offset is beyond the table.</returns>
    public string TextAt(uint offset) => Text(At(offset));

    /// <summary>What stands before the first zero byte.</summary>
    /// <param name="bytes">Bytes with a zero, or to their end.</param>
    /// <returns>Up to <see cref="MostBytes"/> of them.</returns>
    public static ReadOnlySpan<byte> Leading(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MostBytes)];
        int end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }

    /// <summary>The text of a name's bytes.</summary>
    /// <param name="name">The bytes, UTF-8 as far as they are.</param>
    /// <returns>The text.</returns>
    public static string Text(ReadOnlySpan<byte> name) => name.IsEmpty ? string.Empty : Encoding.UTF8.GetString(name);
}
