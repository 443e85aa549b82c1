namespace Instrumentation.Backends.Extending;

/// <summary>What the source of a sink's hits has lost before the sink saw it.</summary>
internal sealed class SinkCells : IProbeCells
{
    private long _missed;

    /// <inheritdoc/>
    public ProbeStatistics Statistics => new(0, 0, 0, Missed, 0);

    /// <inheritdoc/>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Counts lost hits.</summary>
    /// <param name="count">How many.</param>
    public void Miss(long count) => Interlocked.Add(ref _missed, count);
}
