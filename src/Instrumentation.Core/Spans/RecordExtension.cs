using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Spans;

/// <summary>Which parts a <see cref="RecordExtension"/> has, in this order.</summary>
[Flags]
internal enum ExtensionParts
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><see cref="ActivityIds"/>.</summary>
    Activity = 1,

    /// <summary><see cref="SpanTotals"/>.</summary>
    Totals = 2,
}

/// <summary>
/// What may lie between a record's header and its captured fields: {int bytes of all of it; int <see cref="ExtensionParts"/>}, then the parts. Readers pass over parts that they do not know.
/// </summary>
internal static class RecordExtension
{
    /// <summary>The bytes before the parts.</summary>
    public const int HeadBytes = 8;

    /// <summary>The bytes of an extension that holds an activity alone, as records of the kernel have it.</summary>
    public const int ActivityOnlyBytes = HeadBytes + ActivityIds.Bytes;

    /// <summary>The bytes of an extension.</summary>
    /// <param name="parts">Its parts.</param>
    /// <returns>The bytes, a multiple of 8; 0 for no parts.</returns>
    public static int BytesOf(ExtensionParts parts) => parts == ExtensionParts.None
        ? 0
        : HeadBytes + ((parts & ExtensionParts.Activity) != 0 ? ActivityIds.Bytes : 0) + ((parts & ExtensionParts.Totals) != 0 ? SpanTotals.Bytes : 0);

    /// <summary>The bytes of the extension that a record has.</summary>
    /// <param name="rest">What follows the record's header.</param>
    /// <returns>The bytes; never more than there are.</returns>
    public static int BytesIn(ReadOnlySpan<byte> rest) =>
        rest.Length < HeadBytes ? rest.Length : Math.Clamp(MemoryMarshal.Read<int>(rest), HeadBytes, rest.Length);

    /// <summary>The activity.</summary>
    /// <param name="extension">The extension.</param>
    /// <returns>The activity; null when the record has none.</returns>
    public static ActivityContext? ActivityIn(ReadOnlySpan<byte> extension)
    {
        ReadOnlySpan<byte> part = Part(extension, ExtensionParts.Activity, ActivityIds.Bytes, ExtensionParts.None);
        return part.IsEmpty || MemoryMarshal.Read<ActivityIds>(part).Span == 0
            ? null
            : new ActivityContext(ActivityTraceId.CreateFromBytes(part[..16]), ActivitySpanId.CreateFromBytes(part[16..24]), ActivityTraceFlags.None);
    }

    /// <summary>The totals.</summary>
    /// <param name="extension">The extension.</param>
    /// <returns>The totals; null when the record has none.</returns>
    public static SpanTotals? TotalsIn(ReadOnlySpan<byte> extension)
    {
        ReadOnlySpan<byte> part = Part(extension, ExtensionParts.Totals, SpanTotals.Bytes, ExtensionParts.Activity);
        return part.IsEmpty ? null : MemoryMarshal.Read<SpanTotals>(part);
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> extension, ExtensionParts part, int bytes, ExtensionParts before)
    {
        if (extension.Length < HeadBytes)
        {
            return default;
        }

        ExtensionParts parts = (ExtensionParts)MemoryMarshal.Read<int>(extension[sizeof(int)..]);
        int at = Math.Max(BytesOf(parts & before), HeadBytes);
        return (parts & part) != 0 && at + bytes <= extension.Length ? extension.Slice(at, bytes) : default;
    }

    /// <summary>Writes an extension.</summary>
    /// <param name="target">Where; <see cref="BytesOf"/> bytes of room.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="activity">The activity, if it is one of them.</param>
    /// <param name="totals">The totals, if they are.</param>
    /// <returns>Where the captured fields go.</returns>
    public static unsafe byte* Write(byte* target, ExtensionParts parts, ActivityIds* activity, SpanTotals* totals)
    {
        // SAFETY: the caller has the room.
        if (parts == ExtensionParts.None)
        {
            return target;
        }

        ((int*)target)[0] = BytesOf(parts);
        ((int*)target)[1] = (int)parts;
        target += HeadBytes;
        if ((parts & ExtensionParts.Activity) != 0)
        {
            *(ActivityIds*)target = *activity;
            target += ActivityIds.Bytes;
        }

        if ((parts & ExtensionParts.Totals) != 0)
        {
            Unsafe.WriteUnaligned(target, *totals);
            target += SpanTotals.Bytes;
        }

        return target;
    }
}
