namespace Instrumentation;

/// <summary>Which moments of a place a probe reports. Kept in one byte of each event record.</summary>
[Flags]
public enum ProbeEdge : byte
{
    /// <summary>Nothing; never the edge of a valid probe.</summary>
    None = 0,

    /// <summary>Control enters the method; arguments are as the caller passed them.</summary>
    Entry = 1,

    /// <summary>The method returns normally; for a method that returns a task: the task completes with a result.</summary>
    Return = 2,

    /// <summary>An exception leaves the method; for a method that returns a task: the task fails or is cancelled.</summary>
    Throw = 4,

    /// <summary>One event for the whole call, reported when it ends, by return or by exception, with its duration.</summary>
    Call = 8,

    /// <summary>A catch handler of the method is entered: the method that caught an exception.</summary>
    Catch = 16,
}
