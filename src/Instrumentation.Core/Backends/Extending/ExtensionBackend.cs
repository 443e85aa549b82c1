using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Governor;

namespace Instrumentation.Backends.Extending;

/// <summary>A backend that a user has added, as a session sees it. What it throws or gives that cannot be becomes a typed error, and nothing is left attached.</summary>
/// <param name="backend">The backend.</param>
internal sealed class ExtensionBackend(ProbeBackend backend) : IProbeBackend
{
    /// <inheritdoc/>
    public string Name { get; } = backend.Name;

    /// <inheritdoc/>
    public bool Handles(ProbePoint point) => Ask(nameof(ProbeBackend.Handles), () => backend.Handles(point));

    /// <inheritdoc/>
    public IReadOnlyList<Capability> Capabilities()
    {
        try
        {
            return Ask(nameof(ProbeBackend.Capabilities), backend.Capabilities);
        }
        catch (InstrumentationException failure)
        {
            return [new Capability(Name, CapabilityAnswer.Undetermined, "an answer of the backend", $"{failure.What}: {failure.Why}")];
        }
    }

    /// <inheritdoc/>
    public CaptureShape? DefaultCapture(ProbePoint point) => ShapeOf(point).DefaultCapture;

    /// <inheritdoc/>
    public ProbeCoverage CanAttach(ProbeSpec spec)
    {
        Check(spec);
        HitShape shape = ShapeOf(spec.Point);
        _ = new HitPlan(new ProbeRuntime(spec, 0, 0), spec, new HitBinder(spec.Point.Describe(), shape), ProbeLevel.Full);
        return Ask(nameof(ProbeBackend.CanAttach), () => backend.CanAttach(spec));
    }

    /// <inheritdoc/>
    public HitCost CostOf(ProbeSpec spec, ProbeReduction reduction) =>
        SinkCosts.Of(spec, reduction, AskFor(nameof(ProbeBackend.NanosecondsPerHit), () => backend.NanosecondsPerHit(spec)));

    /// <inheritdoc/>
    public async ValueTask<IProbeAttachment> AttachAsync(ProbeRuntime runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Check(runtime.Spec);
        HitBinder binder = new(runtime.Spec.Point.Describe(), ShapeOf(runtime.Spec.Point));
        SinkCells cells = new();
        ProbeSink sink = new(runtime, cells, Name) { Plan = new HitPlan(runtime, runtime.Spec, binder, ProbeLevel.Full) };
        runtime.Cells = cells;
        ProbeAttachment attachment = await AskAsync(nameof(ProbeBackend.AttachAsync), () => backend.AttachAsync(sink, cancellationToken)).ConfigureAwait(false);
        ExtensionAttachment attached = new(this, runtime, sink, binder, attachment);
        if (cancellationToken.IsCancellationRequested)
        {
            await attached.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        ProbeSlots.Open(runtime);
        return attached;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Asks the backend for something that cannot be null.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="member">The member that is asked, for the error.</param>
    /// <param name="ask">Asks it.</param>
    /// <returns>What it gave.</returns>
    /// <exception cref="InstrumentationException">It threw, or gave null.</exception>
    public T Ask<T>(string member, Func<T?> ask) => AskFor(member, ask) ?? throw Nothing(member);

    /// <summary>Has the backend do something that takes a while.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="member">The member that is asked, for the error.</param>
    /// <param name="ask">Asks it.</param>
    /// <returns>What it gave.</returns>
    /// <exception cref="InstrumentationException">It threw, or gave null.</exception>
    public async ValueTask<T> AskAsync<T>(string member, Func<ValueTask<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false) ?? throw Nothing(member);
        }
        catch (Exception failure) when (failure is not (InstrumentationException or OperationCanceledException))
        {
            throw Failed(member, failure);
        }
    }

    private T AskFor<T>(string member, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception failure) when (failure is not (InstrumentationException or OperationCanceledException))
        {
            throw Failed(member, failure);
        }
    }

    private HitShape ShapeOf(ProbePoint point)
    {
        HitShape shape = Ask(nameof(ProbeBackend.ShapeOf), () => backend.ShapeOf(point));
        return shape.Flaw() is { } flaw ? throw new BackendFailedException(Name, nameof(ProbeBackend.ShapeOf), flaw) : shape;
    }

    private static void Check(ProbeSpec spec)
    {
        string place = spec.Point.Describe();
        if (spec.Action is { } action)
        {
            throw new SpecException($"{place} {action.Describe()}", "hits of other points than .NET methods are only observed.", "Act on the .NET method around it.");
        }

        if (spec.IsSpan)
        {
            throw new SpecException($"A span of {place}", "spans are calls of .NET methods; hits of other points belong to them.", "Leave AsSpan() out, and read ProbeEvent.Span.");
        }

        if (spec.Edge != ProbeEdge.Call)
        {
            throw new SpecException($"The edge {spec.Edge} of {place}", "its hits are reported as a whole, when they end.", "Leave it out.");
        }

        if (spec.Aggregation is StackAggregation)
        {
            throw new SpecException($"Stacks at {place}", "its hits have no stack.", "Aggregate by an argument, the place or the thread.");
        }
    }

    private BackendFailedException Failed(string member, Exception failure) => new(Name, member, $"it threw {failure.GetType().Name}: {failure.Message}", failure);

    private BackendFailedException Nothing(string member) => new(Name, member, "it gave null.");
}
