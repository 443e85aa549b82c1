namespace Instrumentation;

/// <summary>
/// The place that a probe observes: a .NET method, later a kernel function, a tracepoint, a timer. Inert data: making one
/// touches nothing; the backend that <see cref="Backends.IProbeBackend.Handles"/> it resolves it at attach.
/// </summary>
public abstract record ProbePoint
{
    /// <summary>The place in the words that a user would search for, for example <c>Shop.Orders::Place</c>.</summary>
    public abstract string Describe();

    /// <summary>What each event records when the spec captures and aggregates nothing; null for the header alone.</summary>
    internal virtual Expressions.CaptureShape? DefaultCapture => null;
}
