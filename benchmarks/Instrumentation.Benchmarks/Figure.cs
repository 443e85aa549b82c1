namespace Instrumentation.Benchmarks;

/// <summary>A claim about cost: the time of the library's way over the time of another way to the same end, measured side by side.</summary>
internal abstract class Figure
{
    /// <summary>The name that the gate prints.</summary>
    public abstract string Name { get; }

    /// <summary>The largest ratio that is accepted.</summary>
    public abstract double Limit { get; }

    /// <summary>Prepares both ways, so that each runs its final, fully optimized code.</summary>
    /// <param name="session">The session to attach with.</param>
    /// <returns>The two ways: each does a number of calls.</returns>
    public abstract Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session);

    /// <summary>Checks, after the measurement, that both ways did what they claim.</summary>
    /// <param name="calls">The calls that each way made since <see cref="PrepareAsync"/> returned.</param>
    public abstract void Verify(long calls);

    /// <summary>Whether our way is said to allocate nothing, which then has a line of its own.</summary>
    public virtual bool ClaimsNoAllocation => false;

    /// <summary>The most calls of a round; a figure that fills a buffer must not overfill it.</summary>
    public virtual int MostCallsPerRound => int.MaxValue;

    /// <summary>Lets what the calls have left behind be worked off; called before each round of both ways, and not timed.</summary>
    public virtual void Settle()
    {
    }
}
