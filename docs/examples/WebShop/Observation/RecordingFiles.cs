using Instrumentation;

namespace WebShop.Observation;

/// <summary>Writes every event to two files while it comes: one for programs to read, one for a timeline viewer.</summary>
public sealed class RecordingFiles
{
    /// <summary>Makes the files and begins to write.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="events">The session's events.</param>
    /// <param name="pauses">Gives the pauses of the process, when the session has ended.</param>
    public RecordingFiles(string directory, EventStream events, Func<IEnumerable<ReportSpan>> pauses)
    {
        EventsPath = Path.Combine(directory, "events.jsonl");
        TimelinePath = Path.Combine(directory, "timeline.json");
        ReportPath = Path.Combine(directory, "report.html");
        Writing = Task.WhenAll(
            WriteAsync(EventsPath, file => JsonLinesWriter.WriteAsync(events, file, CancellationToken.None)),
            WriteAsync(TimelinePath, file => ChromeTraceWriter.WriteAsync(events, pauses, file, CancellationToken.None)));
    }

    /// <summary>One JSON object a line.</summary>
    public string EventsPath { get; }

    /// <summary>The same events for chrome://tracing or ui.perfetto.dev.</summary>
    public string TimelinePath { get; }

    /// <summary>The page to look at, written when everything else is.</summary>
    public string ReportPath { get; }

    /// <summary>Ends when the session has ended and everything is in the files.</summary>
    public Task Writing { get; }

    private static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        await using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024, useAsync: true);
        await write(file);
    }
}
