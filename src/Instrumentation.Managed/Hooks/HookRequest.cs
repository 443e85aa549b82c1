using Instrumentation.Expressions;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Hooks;

/// <summary>Which hook is to be compiled.</summary>
internal enum HookKind
{
    /// <summary>Reports the entry.</summary>
    Entry,

    /// <summary>Takes the call's start for the end hook, after the condition where that can be decided already.</summary>
    Start,

    /// <summary>Reports the end of the call.</summary>
    End,

    /// <summary>Reports a caught exception.</summary>
    Catch,

    /// <summary>Keeps what the end of an enumeration will need.</summary>
    Keep,
}

/// <summary>What span a call is.</summary>
internal enum SpanKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>One that ends where the call's frame does.</summary>
    Frame,

    /// <summary>One that ends with a task, and that what the call starts works for.</summary>
    Flow,
}

/// <summary>
/// All that a hook's machine code depends on. Hooks are compiled once per request and never freed (a frame that was entered under a probe may call its
/// end hook hours after the detach), so the same spec attached again, or to methods of the same shape, costs no more memory.
/// </summary>
internal sealed record HookRequest
{
    /// <summary>Which hook.</summary>
    public required HookKind Kind { get; init; }

    /// <summary>The moments that are reported.</summary>
    public required ProbeEdge Edge { get; init; }

    /// <summary>The operands.</summary>
    public required IReadOnlyList<HookOperand> Operands { get; init; }

    /// <summary>The result's operand; null when it is not needed.</summary>
    public HookOperand? Result { get; init; }

    /// <summary>How the method ends.</summary>
    public required TaskShape Task { get; init; }

    /// <summary>1 when IL argument 0 is <c>this</c>, else 0.</summary>
    public required int ThisArguments { get; init; }

    /// <summary>Whether the end hook gets the call's start.</summary>
    public bool KeepsStart { get; init; }

    /// <summary>Whether the hit was counted, and the condition decided, at the start.</summary>
    public bool DecidedAtStart { get; init; }

    /// <summary>Whether the call is an enumeration: the end hook takes its number and marks.</summary>
    public bool Enumerates { get; init; }

    /// <summary>The bound condition, or null.</summary>
    public ProbeExpression? Condition { get; init; }

    /// <summary>The bound capture, or null.</summary>
    public CaptureShape? Capture { get; init; }

    /// <summary>The bound aggregation, or null for events.</summary>
    public AggregationSpec? Aggregation { get; init; }

    /// <summary>What span the call is.</summary>
    public SpanKind Span { get; init; }

    /// <summary>Whether the start hook hands the call to an interceptor.</summary>
    public bool Intercepts { get; init; }

    /// <summary>Whether the hook asks the probe's limits.</summary>
    public bool HasLimits { get; init; }

    /// <summary>The number of the capture, for records.</summary>
    public int Version { get; init; }

    /// <summary>The most UTF-16 units of a captured string.</summary>
    public required int MaximumStringLength { get; init; }

    /// <summary>The bound expressions that the hook evaluates.</summary>
    public IEnumerable<ProbeExpression> Expressions =>
    [
        .. ExpressionWalk.Nodes(Condition),
        .. Aggregation?.Expressions.SelectMany(ExpressionWalk.Nodes) ?? [],
        .. Capture?.Fields.SelectMany(captured => ExpressionWalk.Nodes(captured.Value)) ?? [],
    ];

    /// <inheritdoc/>
    public bool Equals(HookRequest? other) =>
        other is not null
        && Kind == other.Kind
        && Edge == other.Edge
        && Operands.SequenceEqual(other.Operands)
        && Result == other.Result
        && Task == other.Task
        && ThisArguments == other.ThisArguments
        && KeepsStart == other.KeepsStart
        && DecidedAtStart == other.DecidedAtStart
        && HasLimits == other.HasLimits
        && Intercepts == other.Intercepts
        && Span == other.Span
        && Version == other.Version
        && Enumerates == other.Enumerates
        && Condition == other.Condition
        && Equals(Capture, other.Capture)
        && Aggregation == other.Aggregation
        && MaximumStringLength == other.MaximumStringLength;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Edge, Operands.Count, Result, Condition, Capture, Aggregation, Task);
}
