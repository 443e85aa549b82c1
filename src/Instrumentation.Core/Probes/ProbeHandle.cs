using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>A probe that is attached. Disposing it detaches it: no new call is observed, and what had been observed is delivered before the disposal ends.</summary>
public class ProbeHandle : IAsyncDisposable
{
    private readonly IProbeAttachment _attachment;
    private readonly Func<ProbeHandle, ValueTask> _detached;
    private readonly Lock _gate = new();
    private Task? _detaching;
    private ProbeCoverage? _lastCoverage;
    private ProbeStatistics _finalStatistics;
    private bool _frozen;

    /// <summary>Makes the handle of a probe that its backend has attached.</summary>
    /// <param name="runtime">The probe's live side.</param>
    /// <param name="attachment">What detaches it.</param>
    /// <param name="stream">The session's stream.</param>
    /// <param name="detached">Is told when it is gone.</param>
    internal ProbeHandle(ProbeRuntime runtime, IProbeAttachment attachment, EventStream stream, Func<ProbeHandle, ValueTask> detached)
    {
        Runtime = runtime;
        Stream = stream;
        _attachment = attachment;
        _detached = detached;
    }

    /// <summary>What was attached.</summary>
    public ProbeSpec Spec => Runtime.Spec;

    /// <summary>The name in events and files: the label, or the point in words.</summary>
    public string Name => Runtime.Name;

    /// <summary>What the probe can see now.</summary>
    public ProbeState State => Volatile.Read(ref _detaching) is null ? _attachment.Coverage.State : ProbeState.Detached;

    /// <summary>What is reached, what is not, and why; after the detach, what was.</summary>
    public ProbeCoverage Coverage => Volatile.Read(ref _lastCoverage) ?? _attachment.Coverage;

    /// <summary>The probe's counts as they stand; after the detach, the final ones.</summary>
    public ProbeStatistics Statistics
    {
        get
        {
            using ThreadStates.GuardScope guard = ThreadStates.Guard();
            lock (_gate)
            {
                return _frozen ? _finalStatistics : ProbeBlocks.Sum(Runtime);
            }
        }
    }

    /// <summary>The probe's live side.</summary>
    internal ProbeRuntime Runtime { get; }

    /// <summary>The session's stream.</summary>
    internal EventStream Stream { get; }

    /// <summary>Detaches the probe. Disposing it again, also at the same time, waits for the same detach.</summary>
    /// <returns>Completes when the probe is gone and everything that it had seen has been delivered.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        lock (_gate)
        {
            _detaching ??= Task.Run(DetachAsync);
            return new ValueTask(_detaching);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {State}, {Statistics.Passed} passed of {Statistics.Hits} hits";

    /// <summary>Reads something of the probe's blocks while they cannot be freed.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="read">Reads the blocks.</param>
    /// <param name="final">What was read at the detach.</param>
    /// <returns>What is read now, or <paramref name="final"/> after the detach.</returns>
    private protected T ReadBlocks<T>(Func<ProbeRuntime, T> read, ref T? final)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            return _frozen ? final! : read(Runtime);
        }
    }

    /// <summary>Reads for the last time, before the blocks may be freed.</summary>
    private protected virtual void Freeze()
    {
    }

    private async Task DetachAsync()
    {
        try
        {
            await _attachment.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _lastCoverage, _attachment.Coverage);
            ProbeSlots.Close(Runtime);
            await EventPump.Shared.FlushAsync().ConfigureAwait(false);
            FreezeAll();
            Stream.End(Runtime);
            ProbeSlots.Remove(Runtime);
            await _detached(this).ConfigureAwait(false);
        }
    }

    private void FreezeAll()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            _finalStatistics = ProbeBlocks.Sum(Runtime);
            Freeze();
            _frozen = true;
        }
    }
}
