using Instrumentation.Writers;

namespace Instrumentation;

/// <summary>
/// Writes events as JSON lines, one object an event: <c>probe</c>, <c>site</c>, <c>edge</c>, <c>ts</c> and <c>dur</c> (nanoseconds, the time is of
/// CLOCK_MONOTONIC), <c>tid</c>, <c>failed</c>, <c>cancelled</c>, <c>suspended</c> and <c>fields</c>; where it applies also <c>call</c> (the number of a
/// suspended call), <c>faults</c> (names of fields that could not be evaluated) and <c>truncated</c>. Durations in fields are nanoseconds.
/// </summary>
public static class JsonLinesWriter
{
    /// <summary>Writes events until the stream of them ends.</summary>
    /// <param name="events">The events, for example <see cref="InstrumentationSession.Events"/>.</param>
    /// <param name="stream">Takes the UTF-8 text; it is flushed, not disposed. What it throws is thrown.</param>
    /// <param name="cancellationToken">Ends the writing with an <see cref="OperationCanceledException"/>, after what has come was written.</param>
    /// <returns>The number of events written.</returns>
    public static Task<long> WriteAsync(IAsyncEnumerable<ProbeEvent> events, Stream stream, CancellationToken cancellationToken = default) =>
        EventFileWriter.WriteAsync(events, stream, new JsonLinesFormat(), cancellationToken);

    /// <summary>Writes events to a file until the stream of them ends.</summary>
    /// <param name="events">The events, for example <see cref="InstrumentationSession.Events"/>.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="cancellationToken">Ends the writing with an <see cref="OperationCanceledException"/>, after what has come was written.</param>
    /// <returns>The number of events written.</returns>
    /// <exception cref="EventFileException">The file cannot be created or written, for example because the disk is full. The session goes on.</exception>
    public static Task<long> WriteFileAsync(IAsyncEnumerable<ProbeEvent> events, string path, CancellationToken cancellationToken = default) =>
        EventFileWriter.WriteFileAsync(events, path, new JsonLinesFormat(), cancellationToken);
}
