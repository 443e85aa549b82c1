using Instrumentation.Events;

namespace Instrumentation.Benchmarks;

/// <summary>
/// A Call probe that records the duration and two int arguments, over another way to record them. Every event of the probe arrives at a reader, and none is
/// lost: a round is at most as many calls as the ring holds, and the next one waits until they were read.
/// </summary>
internal abstract class RecordingFigure : Figure
{
    private const int RingBytes = 256 * 1024;
    private const int RecordBytes = EventRecordHeader.Size + (2 * sizeof(long));

    private RecordDrain? _drain;
    private ProbeHandle? _handle;
    private long _othersBefore;

    /// <inheritdoc/>
    public override int MostCallsPerRound => RingBytes / RecordBytes * 7 / 8;

    /// <summary>The calls that the other way has recorded, ever.</summary>
    protected abstract long Others { get; }

    /// <inheritdoc/>
    public override void Settle() => _drain!.WaitFor(_handle!.Statistics.Emitted * RecordBytes);

    /// <inheritdoc/>
    public override void Verify(long calls)
    {
        Settle();
        _drain!.Dispose();
        ProbeStatistics statistics = _handle!.Statistics;
        long others = Others - _othersBefore;
        if (statistics.Emitted != calls || statistics.Lost != 0 || _drain.Bytes != calls * RecordBytes || others != calls)
        {
            throw new InvalidOperationException($"{calls} calls were made: {statistics}, {_drain.Bytes} bytes read; the other way has recorded {others}.");
        }
    }

    /// <summary>Attaches the probe.</summary>
    /// <param name="session">The session.</param>
    /// <param name="method">The method, with two int arguments.</param>
    /// <returns>Completes when the probe is attached and its events are read.</returns>
    protected async Task AttachAsync(InstrumentationSession session, ProbeSpec method)
    {
        _drain = new RecordDrain(session);
        _handle = await session.AttachAsync(method.Capture(c => new { Left = c.Arg<int>(0), Right = c.Arg<int>(1) })).ConfigureAwait(false);
        _othersBefore = Others;
    }
}
