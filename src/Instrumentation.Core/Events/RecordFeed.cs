namespace Instrumentation.Events;

/// <summary>The pump's side of something that records come from, in the order of their times. Only the pump's thread uses it.</summary>
internal abstract class RecordFeed : IDisposable
{
    /// <summary>No record with an earlier time than this is still to be drained; nanoseconds.</summary>
    public long SafeTime { get; protected set; } = long.MinValue;

    /// <summary>When the source was first seen amid a record that it has not finished; <see cref="long.MaxValue"/> when it is not.</summary>
    public long InHookSince { get; protected set; } = long.MaxValue;

    /// <summary>Times that what was drained made no sense and was dropped.</summary>
    public long Damages { get; protected set; }

    /// <summary>True while records are held.</summary>
    public abstract bool HasRecords { get; }

    /// <summary>Bytes that are held.</summary>
    public abstract int HeldBytes { get; }

    /// <summary>The first held record's header. There must be one.</summary>
    public abstract ref readonly EventRecordHeader First { get; }

    /// <summary>The first held record. There must be one.</summary>
    public abstract ReadOnlySpan<byte> FirstRecord { get; }

    /// <summary>Drops the first held record.</summary>
    public abstract void Advance();

    /// <summary>Takes what the source has.</summary>
    /// <param name="now">A time before the call, in nanoseconds.</param>
    /// <returns>The bytes taken.</returns>
    public abstract int Drain(long now);

    /// <summary>Forgets since when the source was amid a record: nobody has looked for a while.</summary>
    public void Rejoin() => InHookSince = long.MaxValue;

    /// <inheritdoc/>
    public abstract void Dispose();
}
