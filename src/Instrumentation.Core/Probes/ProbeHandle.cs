using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Limits;

namespace Instrumentation;

/// <summary>A probe that is attached. Disposing it detaches it: no new call is observed, and what had been observed is delivered before the disposal ends.</summary>
public class ProbeHandle : IAsyncDisposable
{
    private const string ReductionMend = "It is restored by itself when it is calm. Narrow the probe's methods or its condition, sample, or allow a larger budget.";

    private readonly IProbeAttachment _attachment;
    private readonly Func<ProbeHandle, ValueTask> _detached;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LimitWatch _limits;
    private Task? _detaching;
    private ProbeEnd _end;
    private ProbeCoverage? _lastCoverage;
    private CoverageGap? _reducedGap;
    private ProbeReduction _reduction = ProbeReduction.None;
    private ProbeCost? _cost;
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
        _limits = new LimitWatch(runtime, reason => _ = EndAsync(reason));
    }

    /// <summary>What detaches it: the backend's side.</summary>
    internal IProbeAttachment Attachment => _attachment;

    /// <summary>What is attached, as it stands after the last <see cref="UpdateAsync"/>.</summary>
    public ProbeSpec Spec => Runtime.Spec;

    /// <summary>The probe's number: no other probe of this process has it, before or after. Records and events carry it.</summary>
    public int Id => Runtime.Id;

    /// <summary>The name in events and files: the label, or the point in words.</summary>
    public string Name => Runtime.Name;

    /// <summary>What the probe can see now.</summary>
    public ProbeState State => Volatile.Read(ref _detaching) is null ? Coverage.State : ProbeState.Detached;

    /// <summary>How much of what the spec asks for is done now, by the session's budget; what is missing is one of the gaps of <see cref="Coverage"/>, with the reason.</summary>
    public ProbeLevel Level
    {
        get
        {
            lock (_gate)
            {
                return _reduction.Level;
            }
        }
    }

    /// <summary>Why the probe was detached, or is being detached; <see cref="ProbeEnd.None"/> before that.</summary>
    public ProbeEnd End => _end;

    /// <summary>Completes when the probe has been detached: by a disposal, or by one of its own limits. Never fails.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What is reached, what is not, and why; after the detach, what was.</summary>
    public ProbeCoverage Coverage => Volatile.Read(ref _lastCoverage) ?? Reduced(_attachment.Coverage);

    /// <summary>The probe's counts as they stand; after the detach, the final ones.</summary>
    public ProbeStatistics Statistics
    {
        get
        {
            using ThreadStates.GuardScope guard = ThreadStates.Guard();
            lock (_gate)
            {
                return _frozen ? _finalStatistics : ProbeBlocks.Sum(Runtime) with { Cost = _cost };
            }
        }
    }

    /// <summary>The probe's live side.</summary>
    internal ProbeRuntime Runtime { get; }

    /// <summary>The session's stream.</summary>
    internal EventStream Stream { get; }

    /// <summary>What the governor has found that the probe costs.</summary>
    internal ProbeCost Cost
    {
        set
        {
            lock (_gate)
            {
                _cost = value;
            }
        }
    }

    /// <summary>Detaches the probe. Disposing it again, also at the same time, waits for the same detach.</summary>
    /// <returns>Completes when the probe is gone and everything that it had seen has been delivered.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(EndAsync(ProbeEnd.Disposed));
    }

    /// <summary>
    /// Changes condition, capture or limits while calls run. Every hit is decided by the old spec or by the new one, never by both or none; calls of .NET methods
    /// that had begun are reported as the old spec says, calls that kernel probes see are decided when they end. When it fails, the probe is as it was. Changed limits count on from what was reported; a changed expiry counts from now.
    /// </summary>
    /// <param name="change">Makes the new spec from the present one: the same point, edge, aggregation and name.</param>
    /// <param name="cancellationToken">Ends the change before it is made.</param>
    /// <returns>Completes when no new hit is decided by the old spec.</returns>
    /// <exception cref="SpecException">The spec differs in what cannot be changed in place.</exception>
    /// <exception cref="InstrumentationException">The spec is wrong here.</exception>
    /// <exception cref="ObjectDisposedException">The probe was detached.</exception>
    public async Task UpdateAsync(Func<ProbeSpec, ProbeSpec> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _detaching) is not null, this);
            ProbeSpec spec = change(Spec);
            SpecRules.CheckChange(Spec, spec);
            await _attachment.UpdateAsync(spec, cancellationToken).ConfigureAwait(false);
            Runtime.Adopt(spec);
            _limits.Change(spec.Limits);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Reduces or restores the probe, unless it is just being changed or detached.</summary>
    /// <param name="reduction">What it is to do now.</param>
    /// <param name="told">What it is said to do: less, when a level is only tried.</param>
    /// <param name="why">Why, in words, for the coverage.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="InstrumentationException">The level cannot be had here; the probe is as it was.</exception>
    internal bool TryReduce(ProbeReduction reduction, ProbeReduction told, string why)
    {
        if (!_changes.Wait(0))
        {
            return false;
        }

        try
        {
            if (Volatile.Read(ref _detaching) is not null)
            {
                return false;
            }

            _attachment.Reduce(reduction);
            lock (_gate)
            {
                _reduction = told;
                Volatile.Write(ref _reducedGap, GapOf(told, why));
            }

            return true;
        }
        finally
        {
            _changes.Release();
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

    private CoverageGap? GapOf(ProbeReduction reduction, string why) => reduction.Level switch
    {
        ProbeLevel.Full => null,
        ProbeLevel.Off => new CoverageGap(Name, $"it is off by the overhead budget, and tried for a moment from time to time: {why}", ReductionMend),
        _ => new CoverageGap(Name, $"it is reduced to {reduction} by the overhead budget: {why}", ReductionMend, Blind: false),
    };

    private ProbeCoverage Reduced(ProbeCoverage coverage) => Volatile.Read(ref _reducedGap) is { } gap
        ? coverage with { Reached = gap.Blind ? [] : coverage.Reached, Gaps = [.. coverage.Gaps, gap] }
        : coverage;

    private Task EndAsync(ProbeEnd reason)
    {
        lock (_gate)
        {
            if (_detaching is null)
            {
                _end = reason;
                _limits.Dispose();
                _detaching = Task.Run(DetachAsync);
            }

            return _detaching;
        }
    }

    private async Task DetachAsync()
    {
        await _changes.WaitAsync().ConfigureAwait(false);
        try
        {
            await _attachment.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _lastCoverage, Reduced(_attachment.Coverage));
            ProbeSlots.Close(Runtime);
            await EventPump.Shared.FlushAsync().ConfigureAwait(false);
            FreezeAll();
            Stream.End(Runtime);
            ProbeSlots.Remove(Runtime);
            await _detached(this).ConfigureAwait(false);
            _changes.Release();
            _completion.SetResult();
        }
    }

    private void FreezeAll()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            _finalStatistics = ProbeBlocks.Sum(Runtime) with { Cost = _cost };
            Freeze();
            _frozen = true;
        }
    }
}
