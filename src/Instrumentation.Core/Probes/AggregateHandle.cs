using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>An attached probe that keeps an aggregate.</summary>
/// <typeparam name="TSnapshot">What reading the aggregate gives.</typeparam>
public sealed class AggregateHandle<TSnapshot> : ProbeHandle
    where TSnapshot : IAggregateSnapshot<TSnapshot>
{
    private TSnapshot? _final;

    /// <summary>Makes the handle of a probe that its backend has attached.</summary>
    /// <param name="runtime">The probe's live side.</param>
    /// <param name="attachment">What detaches it.</param>
    /// <param name="stream">The session's stream.</param>
    /// <param name="detached">Is told when it is gone.</param>
    internal AggregateHandle(ProbeRuntime runtime, IProbeAttachment attachment, EventStream stream, Func<ProbeHandle, ValueTask> detached)
        : base(runtime, attachment, stream, detached)
    {
    }

    /// <summary>The aggregate as it stands, over all threads; after the detach, the final one. Hits that happen meanwhile may be counted in part.</summary>
    /// <returns>A snapshot.</returns>
    public TSnapshot Read() => ReadBlocks(TSnapshot.Read, ref _final);

    /// <inheritdoc/>
    private protected override void Freeze() => _final = TSnapshot.Read(Runtime);
}
