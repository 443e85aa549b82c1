using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// How a probe's records lie in the kernel's ring: as all records do, but for strings, which have the room of the longest and are UTF-8:
/// {int bytes, or -1 for null; int bytes, or more when it was cut}, then the bytes. A ring's records have one size that the verifier knows.
/// </summary>
internal sealed class RecordLayout
{
    /// <summary>Marks a record with strings of this layout; never leaves the backend.</summary>
    public const EventFlags FixedStrings = (EventFlags)0x80;

    /// <summary>The bytes of a string's head.</summary>
    public const int StringHead = 8;

    // However long strings may be in the records of this process: each takes its whole room in the ring.
    private const int LeastRoom = 8;
    private const int MostRoom = 1024;

    /// <summary>Lays out the records of a capture.</summary>
    /// <param name="capture">The capture, or null.</param>
    /// <param name="mostStringBytes">The most bytes of a string that are wanted; more than 1024 are not kept.</param>
    public RecordLayout(CaptureShape? capture, int mostStringBytes)
    {
        StringRoom = (Math.Clamp(mostStringBytes, LeastRoom, MostRoom) + 7) & ~7;
        Strings = [.. (capture?.Fields ?? []).Select(static field => field.Value.Type == typeof(string))];
        Offsets = new int[Strings.Count];
        Size = EventRecordHeader.Size;
        for (int i = 0; i < Strings.Count; i++)
        {
            Offsets[i] = Size;
            Size += Strings[i] ? StringHead + StringRoom : sizeof(long);
        }
    }

    /// <summary>The room of a string's bytes, a multiple of 8.</summary>
    public int StringRoom { get; }

    /// <summary>Which fields are strings.</summary>
    public IReadOnlyList<bool> Strings { get; }

    /// <summary>Whether any field is a string.</summary>
    public bool HasStrings => Strings.Contains(true);

    /// <summary>Where the fields begin in a record without a block; with one, they are that much behind.</summary>
    public int[] Offsets { get; }

    /// <summary>The bytes of a record without a block.</summary>
    public int Size { get; }
}
