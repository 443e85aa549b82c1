using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation;

/// <summary>Names a span: a call that a probe with <see cref="ProbeSpec.AsSpan"/> observes. Its event may come later, when the call ends.</summary>
/// <param name="Id">The span's number, which no other span of the process has; 0 for none.</param>
public readonly record struct SpanReference(long Id)
{
    /// <summary>True when there is no span.</summary>
    public bool IsNone => Id == 0;

    /// <summary>The method that the span is a call of, for example <c>Shop.Orders::Place</c>; null for none.</summary>
    public string? Name => ProbeSite.Find(SpanId.SiteOf(Id))?.Name;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : $"{Name ?? "(unknown)"} #{Id & ((1L << SpanId.NumberBits) - 1)}";
}
