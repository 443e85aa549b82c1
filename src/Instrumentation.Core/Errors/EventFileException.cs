namespace Instrumentation;

/// <summary>A file of events cannot be created or written, for example because the disk is full. The session and its probes go on.</summary>
public sealed class EventFileException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inner">The failure underneath.</param>
    public EventFileException(string path, Exception inner)
        : base($"The event file '{path}' cannot be written", inner.Message, "Free space on its disk, or write to another file; what was written before stays readable.", inner) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
