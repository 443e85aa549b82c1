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

    /// <summary>
    /// The aggregate as it stands, over all threads, while calls may go on; after the detach, the final one. The numbers of one sum or summary, or of one
    /// key's, belong together. Threads, and keys, are read one after the other, so that hits which happen meanwhile can be in some and not in others.
    /// Histograms that are hit faster than they can be read may hold such a hit in the sum and not yet in a bucket; the least and greatest cover all buckets.
    /// A thread that is stopped amid an update is waited for, about 10 ms at most.
    /// </summary>
    /// <returns>A snapshot.</returns>
    public TSnapshot Read() => ReadBlocks(TSnapshot.Read, ref _final);

    /// <inheritdoc cref="ProbeHandle.UpdateAsync"/>
    public Task UpdateAsync(Func<AggregateSpec<TSnapshot>, AggregateSpec<TSnapshot>> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return base.UpdateAsync(spec => change((AggregateSpec<TSnapshot>)spec), cancellationToken);
    }

    /// <inheritdoc/>
    private protected override void Freeze() => _final = TSnapshot.Read(Runtime);
}
