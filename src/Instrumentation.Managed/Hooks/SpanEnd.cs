using Instrumentation.Spans;

namespace Instrumentation.Managed.Hooks;

/// <summary>What the record of a span needs to know of it: a local of the end hook.</summary>
internal struct SpanEnd
{
    /// <summary>The span's number.</summary>
    public long Id;

    /// <summary>When it began; nanoseconds.</summary>
    public long Start;

    /// <summary>The span around it.</summary>
    public long Parent;

    /// <summary>Which parts the record's extension has.</summary>
    public ExtensionParts Parts;

    /// <summary>The activity.</summary>
    public ActivityIds Activity;

    /// <summary>What the kernel did.</summary>
    public SpanTotals Totals;

    /// <summary>The bytes of the record's extension.</summary>
    /// <param name="end">The end.</param>
    /// <returns>The bytes.</returns>
    public static unsafe int ExtensionBytes(SpanEnd* end) => RecordExtension.BytesOf(end->Parts);

    /// <summary>The mark of a record with an extension.</summary>
    /// <param name="end">The end.</param>
    /// <returns><see cref="Events.EventFlags.Extended"/> or 0.</returns>
    public static unsafe int ExtensionFlag(SpanEnd* end) => end->Parts == ExtensionParts.None ? 0 : (int)Events.EventFlags.Extended;

    /// <summary>Writes the record's extension.</summary>
    /// <param name="cursor">Where.</param>
    /// <param name="end">The end.</param>
    /// <returns>Where the captured fields go.</returns>
    // SAFETY: the record was reserved with ExtensionBytes of the same end.
    public static unsafe byte* WriteExtension(byte* cursor, SpanEnd* end) => RecordExtension.Write(cursor, end->Parts, &end->Activity, &end->Totals);
}
