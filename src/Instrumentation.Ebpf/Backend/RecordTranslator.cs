using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Backend;

/// <summary>Brings a kernel record with strings into the common form: UTF-16, and no longer than it has to be. Used on the pump's thread only.</summary>
/// <param name="layout">How the kernel's records lie.</param>
/// <param name="mostUnits">The most UTF-16 units of a string.</param>
internal sealed class RecordTranslator(RecordLayout layout, int mostUnits)
{
    private byte[] _room = new byte[1024];

    /// <summary>Translates a record.</summary>
    /// <param name="record">The record as the program wrote it.</param>
    /// <returns>The common form; valid until the next call.</returns>
    public ReadOnlySpan<byte> Translate(ReadOnlySpan<byte> record)
    {
        int most = record.Length * 2;
        if (_room.Length < most)
        {
            _room = new byte[most];
        }

        Span<byte> room = _room;
        int block = BlockBytes(record);
        record[..(EventRecordHeader.Size + block)].CopyTo(room);
        ref EventRecordHeader header = ref Unsafe.As<byte, EventRecordHeader>(ref room[0]);
        header.Flags &= ~RecordLayout.FixedStrings;
        int at = EventRecordHeader.Size + block;
        for (int i = 0; i < layout.Strings.Count; i++)
        {
            ReadOnlySpan<byte> source = record[(layout.Offsets[i] + block)..];
            if (!layout.Strings[i])
            {
                source[..sizeof(long)].CopyTo(room[at..]);
                at += sizeof(long);
                continue;
            }

            at += WriteText(source, room[at..], ref header);
        }

        header.Length = at;
        return room[..at];
    }

    private static int BlockBytes(ReadOnlySpan<byte> record)
    {
        EventFlags flags = MemoryMarshal.AsRef<EventRecordHeader>(record).Flags;
        return (flags & EventFlags.Extended) == 0 ? 0 : RecordExtension.BytesIn(record[EventRecordHeader.Size..]);
    }

    private int WriteText(ReadOnlySpan<byte> source, Span<byte> target, ref EventRecordHeader header)
    {
        int bytes = MemoryMarshal.Read<int>(source);
        Span<int> head = MemoryMarshal.Cast<byte, int>(target[..RecordLayout.StringHead]);
        if (bytes < 0)
        {
            (head[0], head[1]) = (-1, 0);
            return RecordLayout.StringHead;
        }

        int total = MemoryMarshal.Read<int>(source[sizeof(int)..]);
        ReadOnlySpan<byte> text = source.Slice(RecordLayout.StringHead, Math.Min(bytes, layout.StringRoom));
        Span<char> units = MemoryMarshal.Cast<byte, char>(target[RecordLayout.StringHead..]);
        int written = Encoding.UTF8.GetChars(text, units);
        int kept = Math.Min(written, mostUnits);
        if (kept < written || total > bytes)
        {
            header.Flags |= EventFlags.Truncated;
        }

        (head[0], head[1]) = (kept, Math.Max(written, total));
        int padded = ((kept * sizeof(char)) + 7) & ~7;
        units[kept..(padded / sizeof(char))].Clear();
        return RecordLayout.StringHead + padded;
    }
}
