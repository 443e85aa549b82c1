using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Backends;

/// <summary>What a session attaches probes with: the seam for every kind of probe. One instance may serve several sessions. Those of users are <see cref="ProbeBackend"/>s.</summary>
internal interface IProbeBackend : IAsyncDisposable
{
    /// <summary>The backend's name, for messages.</summary>
    string Name { get; }

    /// <summary>Whether the backend knows this kind of point.</summary>
    /// <param name="point">The point.</param>
    /// <returns>True when it does.</returns>
    bool Handles(ProbePoint point);

    /// <summary>What each event of a point records when the spec captures and aggregates nothing.</summary>
    /// <param name="point">A point that the backend handles.</param>
    /// <returns>The capture; null for the header alone.</returns>
    Expressions.CaptureShape? DefaultCapture(ProbePoint point) => point.DefaultCapture;

    /// <summary>Whether this process lets the backend work, each need by name.</summary>
    /// <returns>The capabilities.</returns>
    IReadOnlyList<Capability> Capabilities();

    /// <summary>What an attach would reach, without attaching.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The coverage that an attach would have.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong.</exception>
    ProbeCoverage CanAttach(ProbeSpec spec);

    /// <summary>What a hit of a probe costs on this machine. The first question measures it, which takes some tens of milliseconds.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="reduction">How far the probe is reduced; not <see cref="ProbeLevel.Off"/>.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="InstrumentationException">The backend cannot work here.</exception>
    HitCost CostOf(ProbeSpec spec, ProbeReduction reduction);

    /// <summary>Attaches a probe. When it throws, nothing is attached.</summary>
    /// <param name="runtime">The probe, with its slot; the backend opens it when its hooks are in place.</param>
    /// <param name="cancellationToken">Ends the attach; what was done is undone.</param>
    /// <returns>What detaches it.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong, or the backend cannot work here.</exception>
    ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken);

    /// <summary>Counts what the kernel does for this process's threads, and says so by <see cref="Spans.ThreadContexts.SetAccounting"/>. Several callers share one counting.</summary>
    /// <param name="cancellationToken">Ends the start; what was done is undone.</param>
    /// <returns>What ends it; null from a backend that cannot count.</returns>
    /// <exception cref="InstrumentationException">The backend could, but not here.</exception>
    ValueTask<IAccountingSource?> AccountAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IAccountingSource?>(null);
}

/// <summary>An attached probe, seen from its backend. Disposing detaches: when it returns, no new call is observed.</summary>
internal interface IProbeAttachment : IAsyncDisposable
{
    /// <summary>What is reached, what is not, and why; may change while the probe is attached.</summary>
    ProbeCoverage Coverage { get; }

    /// <summary>
    /// Changes condition, capture and limits in place: every hit is decided by the old spec or by the new one, and by one of them only. When it throws, nothing has
    /// changed. The caller adopts the spec afterwards.
    /// </summary>
    /// <param name="spec">The new spec: same point, edge and aggregation.</param>
    /// <param name="cancellationToken">Ends the change before it is made.</param>
    /// <returns>Completes when no new hit is decided by the old spec.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong here.</exception>
    ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Does less than the spec asks for, or all of it again; a later change of the spec stays as reduced. Every hit is decided at the old level or at the new one. Called while
    /// no other change is made. When it throws, nothing has changed.
    /// </summary>
    /// <param name="reduction">How far.</param>
    /// <exception cref="InstrumentationException">The level cannot be had here.</exception>
    void Reduce(ProbeReduction reduction);
}
