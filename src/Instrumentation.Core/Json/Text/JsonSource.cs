namespace Instrumentation.Json;

/// <summary>The text that values come from, as far as it is at hand: where its lines begin, and how much of it may be a probe.</summary>
/// <param name="text">The whole text; null when the probe is a part of what another reader reads.</param>
/// <param name="start">Where the probe begins, in bytes.</param>
internal sealed class JsonSource(byte[]? text, long start)
{
    /// <summary>The line of a place.</summary>
    /// <param name="offset">The place in bytes.</param>
    /// <returns>The line from 1; null when the text is not at hand.</returns>
    public int? LineAt(long offset) => text is null ? null : 1 + text.AsSpan(0, (int)Math.Min(offset, text.Length)).Count((byte)'\n');

    /// <summary>Whether a probe that reaches up to a place is too long.</summary>
    /// <param name="offset">The place in bytes.</param>
    /// <returns>True when it is.</returns>
    public bool IsTooLong(long offset) => offset - start > JsonLimits.Bytes;
}
