using Instrumentation.Aggregations;
using Instrumentation.Backends;
using Instrumentation.Backends.Extending;
using Instrumentation.Diagnostics;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation;

/// <summary>
/// Attaches probes to this process and receives what they see. Disposing it detaches all of its probes, delivers what they had seen and ends the
/// enumerations of <see cref="Events"/>. Several sessions can live at a time. All members may be used from any thread.
/// </summary>
public sealed class InstrumentationSession : IAsyncDisposable
{
    private readonly IReadOnlyList<IProbeBackend> _backends;
    private readonly InstrumentationOptions _options;
    private readonly Lock _gate = new();
    private readonly List<ProbeHandle> _probes = [];
    private readonly List<Accounting> _accountings = [];
    private readonly TaskCompletionSource _attachesEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attaching;
    private Task? _disposing;

    private InstrumentationSession(IReadOnlyList<IProbeBackend> backends, InstrumentationOptions options)
    {
        _backends = backends;
        _options = options;
        Events = new EventStream(options);
        Governor = options.Budget is { } budget ? new OverheadGovernor(budget) : null;
    }

    /// <summary>The events of all probes, in the order of their times.</summary>
    public EventStream Events { get; }

    /// <summary>What keeps the probes within <see cref="InstrumentationOptions.Budget"/>; null without a budget.</summary>
    public OverheadGovernor? Governor { get; }

    /// <summary>The probes that are attached now.</summary>
    public IReadOnlyList<ProbeHandle> Probes
    {
        get
        {
            lock (_gate)
            {
                return [.. _probes];
            }
        }
    }

    /// <summary>The attached probe with a number.</summary>
    /// <param name="id">The number (<see cref="ProbeHandle.Id"/>), for example of an event's probe.</param>
    /// <returns>The probe; null when it is not, or no more, attached.</returns>
    public ProbeHandle? FindProbe(int id)
    {
        lock (_gate)
        {
            return _probes.Find(probe => probe.Id == id);
        }
    }

    /// <summary>The attached probes with a name, in the order of their attachment.</summary>
    /// <param name="name">The name (<see cref="ProbeHandle.Name"/>): the label, or the point in words.</param>
    /// <returns>The probes; none when there are none.</returns>
    public IReadOnlyList<ProbeHandle> FindProbes(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_gate)
        {
            return _probes.FindAll(probe => probe.Name == name);
        }
    }

    /// <summary>What this process lets the session's backends do, asked anew each time; printable as a table.</summary>
    public CapabilityReport Capabilities => new(_backends);

    /// <summary>What an attach would reach, without attaching.</summary>
    /// <param name="spec">What to observe.</param>
    /// <returns>The coverage that an attach would have.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong, or no backend handles its point.</exception>
    public ProbeCoverage CanAttach(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecRules.Check(spec);
        return BackendOf(spec).CanAttach(spec);
    }

    /// <summary>Attaches a probe whose events come on <see cref="Events"/>.</summary>
    /// <param name="spec">What to observe.</param>
    /// <param name="cancellationToken">Ends the attach; what was done is undone.</param>
    /// <returns>The attached probe; disposing it detaches it.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong, or it cannot be attached here; nothing is attached then.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Task<ProbeHandle> AttachAsync(ProbeSpec spec, CancellationToken cancellationToken = default) =>
        AttachAsync(spec, static (runtime, attachment, stream, detached) => new ProbeHandle(runtime, attachment, stream, detached), cancellationToken);

    /// <summary>Attaches a probe with a typed capture.</summary>
    /// <typeparam name="T">The type of the captured value.</typeparam>
    /// <inheritdoc cref="AttachAsync(ProbeSpec, CancellationToken)"/>
    public Task<ProbeHandle<T>> AttachAsync<T>(ProbeSpec<T> spec, CancellationToken cancellationToken = default) =>
        AttachAsync(spec, static (runtime, attachment, stream, detached) => new ProbeHandle<T>(runtime, attachment, stream, detached), cancellationToken);

    /// <summary>Attaches a probe that keeps an aggregate.</summary>
    /// <typeparam name="TSnapshot">What reading the aggregate gives.</typeparam>
    /// <inheritdoc cref="AttachAsync(ProbeSpec, CancellationToken)"/>
    public async Task<AggregateHandle<TSnapshot>> AttachAsync<TSnapshot>(AggregateSpec<TSnapshot> spec, CancellationToken cancellationToken = default)
        where TSnapshot : IAggregateSnapshot<TSnapshot>
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecRules.CheckSnapshot<TSnapshot>(spec);
        return await AttachAsync(
            spec,
            static (runtime, attachment, stream, detached) => new AggregateHandle<TSnapshot>(runtime, attachment, stream, detached),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the kernel count what it does for each thread, so that spans have totals (<see cref="ProbeEvent.Totals"/>).</summary>
    /// <param name="cancellationToken">Ends the start; what was done is undone.</param>
    /// <returns>What ends the counting; the session ends it, too.</returns>
    /// <exception cref="InstrumentationException">No backend can count here; says what is missing.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public async Task<Accounting> AccountAsync(CancellationToken cancellationToken = default)
    {
        BeginAttach();
        try
        {
            foreach (IProbeBackend backend in _backends)
            {
                if (await backend.AccountAsync(cancellationToken).ConfigureAwait(false) is { } source)
                {
                    Accounting accounting = new(source);
                    lock (_gate)
                    {
                        _accountings.Add(accounting);
                    }

                    return accounting;
                }
            }
        }
        finally
        {
            EndAttach();
        }

        throw new BackendUnavailableException(
            "accounting",
            BackendUnavailableReason.NoBackend,
            $"none of this session's backends ({string.Join(", ", _backends.Select(static backend => backend.Name))}) can count what the kernel does.",
            "Start the session with the package that brings kernel probes.");
    }

    /// <summary>
    /// Tells what a probe is expected to cost, before it is attached: its hits are counted for a moment in the cheapest way, which is taken out again, and multiplied with
    /// what a hit of its kind costs on this machine. The first forecast of a process measures the latter, which takes some tens of milliseconds.
    /// </summary>
    /// <param name="spec">What would be observed.</param>
    /// <param name="look">How long hits are counted; null for 250 ms. With a condition, it is asked in the second half.</param>
    /// <param name="cancellationToken">Ends the look; nothing stays attached.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="InstrumentationException">The spec is wrong, or it could not be attached here.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Task<CostForecast> ForecastAsync(ProbeSpec spec, TimeSpan? look = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        TimeSpan time = look ?? TimeSpan.FromMilliseconds(250);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(look));
        SpecRules.Check(spec);
        return new Forecaster(AttachCountAsync, BackendOf(spec)).ForecastAsync(spec, time, cancellationToken);
    }

    /// <summary>Detaches all probes, delivers what they had seen and ends the streams. Disposing again, also at the same time, waits for the same disposal.</summary>
    /// <returns>Completes when nothing of the session is left.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposing is null)
            {
                if (_attaching == 0)
                {
                    _attachesEnded.TrySetResult();
                }

                _disposing = Task.Run(EndAsync);
            }

            return new ValueTask(_disposing);
        }
    }

    /// <summary>
    /// Starts a session with <see cref="InstrumentationOptions.Backends"/> and no others: for programs that use the model without the backends of the library, and for tests of a backend.
    /// </summary>
    /// <param name="options">What it may use.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The session; dispose it to detach everything.</returns>
    /// <exception cref="SpecException">An option is out of its range.</exception>
    public static Task<InstrumentationSession> StartBareAsync(InstrumentationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync([], options, cancellationToken);
    }

    /// <summary>Starts a session.</summary>
    /// <param name="backends">What it attaches probes with, in the order in which they are asked, before those of the options; they are not disposed with it.</param>
    /// <param name="options">What it may use; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The session.</returns>
    /// <exception cref="SpecException">An option is out of its range.</exception>
    internal static async Task<InstrumentationSession> StartAsync(
        IReadOnlyList<IProbeBackend> backends,
        InstrumentationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new InstrumentationOptions();
        options.Validate();
        backends = [.. backends, .. options.Backends.Select(static backend => new ExtensionBackend(backend))];
        CheckNames(backends);
        await EventPump.Shared.AcquireAsync(cancellationToken).ConfigureAwait(false);
        ThreadStates.RingBytes = options.RingBytesPerThread;
        InstrumentationSession session = new(backends, options);
        InstrumentationMeter.Add(session);
        if (session.Governor is { } governor)
        {
            GovernorClock.Shared.Add(governor);
        }

        return session;
    }

    private Task<ProbeHandle> AttachCountAsync(ProbeSpec spec, CancellationToken cancellationToken) => AttachAsync(
        spec,
        static (runtime, attachment, stream, detached) => new ProbeHandle(runtime, attachment, stream, detached),
        cancellationToken,
        governed: false);

    private async Task<THandle> AttachAsync<THandle>(
        ProbeSpec spec,
        Func<ProbeRuntime, IProbeAttachment, EventStream, Func<ProbeHandle, ValueTask>, THandle> createHandle,
        CancellationToken cancellationToken,
        bool governed = true)
        where THandle : ProbeHandle
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        BeginAttach();
        try
        {
            IProbeBackend backend = BackendOf(spec);
            spec = spec is { CaptureShape: null, Aggregation: null, Action: null } && backend.DefaultCapture(spec.Point) is { } capture ? spec with { CaptureShape = capture } : spec;
            SpecRules.Check(spec);
            ProbeLadder? ladder = Governor is null || !governed || spec.Action is not null ? null : await Task.Run(() => ProbeLadder.Of(spec, backend), cancellationToken).ConfigureAwait(false);
            ProbeRuntime runtime = new(spec, ProbeSlots.NextId(), (int)AggregationLayout.BytesFor(spec.Aggregation))
            {
                MaximumStringLength = _options.MaximumStringLength,
                CountsEveryHit = ladder is not null,
            };
            IProbeAttachment attachment = await AttachToAsync(backend, runtime, cancellationToken).ConfigureAwait(false);
            THandle handle = createHandle(runtime, attachment, Events, ForgetAsync);
            lock (_gate)
            {
                _probes.Add(handle);
            }

            if (ladder is not null)
            {
                Governor!.Add(handle, ladder);
            }

            InstrumentationEventSource.Log.ProbeAttached(handle.Name, handle.State.ToString());
            return handle;
        }
        finally
        {
            EndAttach();
        }
    }

    private async Task<IProbeAttachment> AttachToAsync(IProbeBackend backend, ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        ProbeSlots.Add(runtime);
        Events.Begin(runtime);
        CountEmitter(runtime, attached: true);
        try
        {
            return await backend.AttachAsync(runtime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            InstrumentationEventSource.Log.AttachFailed(runtime.Name, exception.Message);
            ProbeSlots.Close(runtime);
            await EventPump.Shared.FlushAsync().ConfigureAwait(false);
            Events.End(runtime);
            ProbeSlots.Remove(runtime);
            CountEmitter(runtime, attached: false);
            throw;
        }
    }

    private ValueTask ForgetAsync(ProbeHandle handle)
    {
        lock (_gate)
        {
            _probes.Remove(handle);
        }

        CountEmitter(handle.Runtime, attached: false);
        InstrumentationEventSource.Log.ProbeDetached(handle.Name, handle.Statistics.Passed);
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync()
    {
        await _attachesEnded.Task.ConfigureAwait(false);
        Governor?.Stop();
        try
        {
            try
            {
                await Task.WhenAll(Probes.Select(static probe => probe.DisposeAsync().AsTask())).ConfigureAwait(false);
            }
            finally
            {
                // Also where a backend has failed at a detach.
                await Task.WhenAll(_accountings.Select(static accounting => accounting.DisposeAsync().AsTask())).ConfigureAwait(false);
            }
        }
        finally
        {
            await EventPump.Shared.FlushAsync().ConfigureAwait(false);
            Events.Complete();
            InstrumentationMeter.Remove(this);
            await EventPump.Shared.ReleaseAsync().ConfigureAwait(false);
        }
    }

    private void BeginAttach()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposing is not null, this);
            _attaching++;
        }
    }

    private void EndAttach()
    {
        lock (_gate)
        {
            if (--_attaching == 0 && _disposing is not null)
            {
                _attachesEnded.TrySetResult();
            }
        }
    }

    private static void CheckNames(IReadOnlyList<IProbeBackend> backends)
    {
        HashSet<string> names = [];
        if (backends.FirstOrDefault(backend => string.IsNullOrWhiteSpace(backend.Name) || !names.Add(backend.Name)) is { } wrong)
        {
            throw new SpecException($"A backend of the name '{wrong.Name}'", "the name is blank, or another backend of the session has it.", "Give each backend a name of its own.");
        }
    }

    private IProbeBackend BackendOf(ProbeSpec spec) => _backends.FirstOrDefault(backend => backend.Handles(spec.Point)) ?? throw new BackendUnavailableException(
        spec.Point.GetType().Name,
        BackendUnavailableReason.NoBackend,
        $"none of this session's backends ({string.Join(", ", _backends.Select(static backend => backend.Name))}) can observe '{spec.Point.Describe()}'.",
        "Start the session with the package that brings this kind of probe.");

    private static void CountEmitter(ProbeRuntime runtime, bool attached)
    {
        if (runtime.Spec.Aggregation is null)
        {
            if (attached)
            {
                EventPump.Shared.AddEmitter();
            }
            else
            {
                EventPump.Shared.RemoveEmitter();
            }
        }
    }
}
