namespace Instrumentation.Backends;

/// <summary>
/// A kind of probe that a session does not bring along: what to derive from to let probes observe something else. A session gets it by <see cref="InstrumentationOptions.Backends"/>. The backend sees
/// the hits and hands them to a <see cref="ProbeSink"/>; conditions, captures, aggregations, limits, changes and budgets are the library's part, and mean what they mean everywhere.
/// How to write one: docs/adding-a-backend.md.
/// </summary>
/// <remarks>
/// One instance may serve several sessions, and its members may be called from any thread. It holds nothing by itself: what an attach takes, its <see cref="ProbeAttachment"/> gives back. What a
/// member throws that is no <see cref="InstrumentationException"/> reaches the caller of the session as a <see cref="BackendFailedException"/>.
/// </remarks>
public abstract class ProbeBackend
{
    /// <summary>The backend's name, for messages and <see cref="InstrumentationSession.Capabilities"/>: short, and unlike that of any other backend of a session.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the backend knows this kind of point. The backends of the library are asked first, then those of the options in their order; the first that says yes has the probe.</summary>
    /// <param name="point">The point.</param>
    /// <returns>True when it does.</returns>
    public abstract bool Handles(ProbePoint point);

    /// <summary>What this process lets the backend do, each need by name. Asked anew each time.</summary>
    /// <returns>The capabilities.</returns>
    public abstract IReadOnlyList<Capability> Capabilities();

    /// <summary>What hits of a point have: the arguments that expressions can read. Asked once an attach, before anything else.</summary>
    /// <param name="point">A point that the backend handles.</param>
    /// <returns>The shape.</returns>
    public abstract HitShape ShapeOf(ProbePoint point);

    /// <summary>What an attach would reach, without attaching.</summary>
    /// <param name="spec">A spec whose point the backend handles, and whose expressions go with <see cref="ShapeOf"/>.</param>
    /// <returns>The coverage that an attach would have; places that would not be seen are gaps with reasons, not exceptions.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong.</exception>
    public abstract ProbeCoverage CanAttach(ProbeSpec spec);

    /// <summary>Attaches a probe. When it throws, nothing may be left attached.</summary>
    /// <param name="sink">Takes the hits. Those that come before the attach has ended, or after the detach, are ignored.</param>
    /// <param name="cancellationToken">Ends the attach; what was done is to be undone.</param>
    /// <returns>What detaches it.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong, or the backend cannot work here.</exception>
    public abstract ValueTask<ProbeAttachment> AttachAsync(ProbeSink sink, CancellationToken cancellationToken);

    /// <summary>What it takes to see one hit and to call the sink with it, in nanoseconds of the thread that is hit; the library adds its own part. Used by budgets and forecasts.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>Nanoseconds; 0 unless it is overridden.</returns>
    public virtual double NanosecondsPerHit(ProbeSpec spec) => 0;
}
