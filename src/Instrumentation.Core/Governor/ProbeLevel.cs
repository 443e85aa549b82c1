namespace Instrumentation;

/// <summary>How much of what a probe's spec asks for is done now: the overhead governor steps down from the first to the last, and up again.</summary>
public enum ProbeLevel
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>One of so many hits is reported or aggregated; the others are counted.</summary>
    Sampled,

    /// <summary>Hits are counted, nothing else. The condition is not asked.</summary>
    Counted,

    /// <summary>Nothing is done: the probe is out of the code, and is tried for a moment from time to time.</summary>
    Off,
}
