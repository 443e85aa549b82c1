namespace Instrumentation.Backends.Extending;

/// <summary>One hit while it is judged: what expressions read, and whether one of them met a fault.</summary>
internal ref struct HitInput
{
    /// <summary>The arguments, as many as the backend gave.</summary>
    public ReadOnlySpan<HitValue> Arguments;

    /// <summary>The place, a <see cref="Events.ProbeSite"/>.</summary>
    public Events.ProbeSite Place;

    /// <summary>When it began; 0 for a moment. Nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Start;

    /// <summary>When it happened; 0 until <see cref="ReadClock"/>.</summary>
    public long Timestamp;

    /// <summary>How long it took; nanoseconds.</summary>
    public long Duration;

    /// <summary>The operating system's id of the thread.</summary>
    public int ThreadId;

    /// <summary>The innermost span that the thread works for; 0 for none.</summary>
    public long Span;

    /// <summary>Set by an expression that met null, a value of another kind or a division by zero.</summary>
    public bool Faulted;

    /// <summary>Looks at the clock, unless that was done: it takes as long as all the rest of a count.</summary>
    public void ReadClock()
    {
        if (Timestamp == 0)
        {
            Timestamp = Events.MonotonicClock.Now;
            Duration = Start == 0 ? 0 : Math.Max(0, Timestamp - Start);
        }
    }
}
