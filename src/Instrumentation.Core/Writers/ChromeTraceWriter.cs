using Instrumentation.Writers;

namespace Instrumentation;

/// <summary>
/// Writes events in the Trace Event Format of Chrome, for Perfetto, chrome://tracing and speedscope. Calls are complete events (<c>X</c>) that nest on
/// their thread, those that the kernel saw within those of .NET methods; calls that were suspended are pairs of asynchronous events (<c>b</c>, <c>e</c>), spans among
/// them on the track of the outermost span, which they nest in; the other moments are instants (<c>i</c>). Times are microseconds of CLOCK_MONOTONIC with three
/// decimals. The fields of the capture are the <c>args</c>, with the span that an event happened in.
/// </summary>
/// <remarks>
/// The object form of the format is written, which names the unit. A file is closed after each write, so that it can be opened at any time, and after the process was killed or the
/// disk was full: it then holds the events up to the last write. Only where a kill falls into the write of an event across two pages is that event cut off, and with it the closing. A stream is closed when the events end and when the writing is cancelled.
/// </remarks>
public static class ChromeTraceWriter
{
    /// <summary>Writes events until the stream of them ends.</summary>
    /// <param name="events">The events, for example <see cref="InstrumentationSession.Events"/>.</param>
    /// <param name="stream">Takes the UTF-8 text; it is flushed, not disposed. What it throws is thrown.</param>
    /// <param name="cancellationToken">Ends the writing with an <see cref="OperationCanceledException"/>, after what has come was written and the trace closed.</param>
    /// <returns>The number of events written.</returns>
    public static Task<long> WriteAsync(IAsyncEnumerable<ProbeEvent> events, Stream stream, CancellationToken cancellationToken = default) =>
        EventFileWriter.WriteAsync(events, stream, new ChromeTraceFormat(static () => []), cancellationToken);

    /// <summary>Writes events until the stream of them ends, and then what happened besides, for example pauses of the process.</summary>
    /// <param name="events">The events, for example <see cref="InstrumentationSession.Events"/>.</param>
    /// <param name="further">Asked when the events have ended. Each name has a track of its own; what lies on one track must nest.</param>
    /// <param name="stream">Takes the UTF-8 text; it is flushed, not disposed. What it throws is thrown.</param>
    /// <param name="cancellationToken">Ends the writing with an <see cref="OperationCanceledException"/>, after what has come was written and the trace closed.</param>
    /// <returns>The number of events written.</returns>
    public static Task<long> WriteAsync(IAsyncEnumerable<ProbeEvent> events, Func<IEnumerable<ReportSpan>> further, Stream stream, CancellationToken cancellationToken = default) =>
        EventFileWriter.WriteAsync(events, stream, new ChromeTraceFormat(further), cancellationToken);

    /// <summary>Writes events to a file until the stream of them ends.</summary>
    /// <param name="events">The events, for example <see cref="InstrumentationSession.Events"/>.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="cancellationToken">Ends the writing with an <see cref="OperationCanceledException"/>, after what has come was written and the trace closed.</param>
    /// <returns>The number of events written.</returns>
    /// <exception cref="EventFileException">The file cannot be created or written, for example because the disk is full. The session goes on.</exception>
    public static Task<long> WriteFileAsync(IAsyncEnumerable<ProbeEvent> events, string path, CancellationToken cancellationToken = default) =>
        EventFileWriter.WriteFileAsync(events, path, new ChromeTraceFormat(static () => []), cancellationToken);
}
