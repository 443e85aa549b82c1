using System.Text;

namespace Instrumentation.Ebpf.Btf;

/// <summary>The strings of BTF in the making: each once, in the order in which they were first added, the empty one at the beginning.</summary>
/// <param name="first">The offset of the first string: the length of the strings that a split file adds to; 0 for none.</param>
internal sealed class BtfStrings(uint first)
{
    private readonly List<byte> _bytes = first == 0 ? [0] : [];
    private readonly Dictionary<string, uint> _offsets = new(StringComparer.Ordinal);

    /// <summary>The length in bytes.</summary>
    public int Length => _bytes.Count;

    /// <summary>Adds a string, unless it is there already.</summary>
    /// <param name="text">The string, without zero characters.</param>
    /// <returns>Its offset.</returns>
    public uint Add(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A name in BTF ends at a zero character and cannot hold one.", nameof(text));
        }

        if (!_offsets.TryGetValue(text, out uint offset))
        {
            offset = first + (uint)_bytes.Count;
            _offsets.Add(text, offset);
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _bytes.Add(0);
        }

        return offset;
    }

    /// <summary>Writes the strings.</summary>
    /// <param name="target">Where to.</param>
    public void CopyTo(Span<byte> target) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes).CopyTo(target);
}
