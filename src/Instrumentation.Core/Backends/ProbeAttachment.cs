namespace Instrumentation.Backends;

/// <summary>
/// A probe that a <see cref="ProbeBackend"/> has attached. Its changes, reductions and its end come one at a time. Disposing detaches it for ever: threads, listeners and handles of the probe are gone when it
/// returns. Hits that a backend has kept back may be reported until then.
/// </summary>
public abstract class ProbeAttachment : IAsyncDisposable
{
    /// <summary>What is reached, what is not, and why. Read whenever somebody asks, also after the detach; may change while the probe is attached.</summary>
    public abstract ProbeCoverage Coverage { get; }

    /// <summary>
    /// Is told of a changed spec before it holds, for a backend that uses the spec by itself, to ask its source for less. Nothing needs to be done: the sink judges every hit by the old spec or by the new
    /// one, and by one of them only. Until this has returned, hits that the old spec wants must still come. When it throws, nothing has changed.
    /// </summary>
    /// <param name="spec">The new spec: same point, edge and aggregation.</param>
    /// <param name="cancellationToken">Ends the change before it is made.</param>
    /// <returns>Completes when hits that the new spec wants come.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong here.</exception>
    public virtual ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Is told that the session's budget reduces or restores the probe. The sink samples, counts or ignores hits by itself; at <see cref="ProbeLevel.Off"/> a backend should stop its source, so that it costs nothing,
    /// and start it again at any other level. When it throws, nothing has changed.
    /// </summary>
    /// <param name="level">How much is done from now on.</param>
    public virtual void Reduce(ProbeLevel level)
    {
    }

    /// <summary>Detaches the probe.</summary>
    /// <returns>Completes when nothing of it is left and no further hit will be reported.</returns>
    public abstract ValueTask DisposeAsync();
}
