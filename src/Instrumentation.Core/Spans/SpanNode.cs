using System.Diagnostics;

namespace Instrumentation;

/// <summary>A span that has ended, with everything that happened inside of it. <see cref="SpanTrees"/> makes them.</summary>
public sealed class SpanNode
{
    private readonly List<SpanNode> _children;
    private readonly List<ProbeEvent> _events;

    /// <summary>Makes the node of a span.</summary>
    /// <param name="span">The span's event.</param>
    /// <param name="children">The spans in it.</param>
    /// <param name="events">The other events in it.</param>
    /// <param name="droppedEvents">Events in it that there was no room for.</param>
    internal SpanNode(ProbeEvent span, List<SpanNode> children, List<ProbeEvent> events, long droppedEvents)
    {
        Event = span;
        children.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        _children = children;
        _events = events;
        DroppedEvents = droppedEvents;
    }

    /// <summary>The span's number.</summary>
    public long Id => Event.SpanId;

    /// <summary>The method that the span is a call of, for example <c>Shop.Orders::Place</c>.</summary>
    public string Name => Event.Site;

    /// <summary>The span around it, if there was one; it may not be among the nodes.</summary>
    public SpanReference Parent => Event.Span;

    /// <summary>The span's event, with its captured fields.</summary>
    public ProbeEvent Event { get; }

    /// <summary>When it began; nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Start => Event.Start;

    /// <summary>When it ended; nanoseconds of CLOCK_MONOTONIC.</summary>
    public long End => Event.Timestamp;

    /// <summary>How long it took, in steps of 100 ns.</summary>
    public TimeSpan Duration => Event.Duration;

    /// <summary>The activity that it worked for; null when there was none.</summary>
    public ActivityContext? Activity => Event.Activity;

    /// <summary>What the kernel did for it, the spans inside included; null when nobody accounted.</summary>
    public SpanTotals? Totals => Event.Totals;

    /// <summary>The spans directly inside, by their beginnings.</summary>
    public IReadOnlyList<SpanNode> Children => _children;

    /// <summary>The events directly inside that are no spans, in their order: of the kernel, and of other probes.</summary>
    public IReadOnlyList<ProbeEvent> Events => _events;

    /// <summary>Events directly inside that there was no room for.</summary>
    public long DroppedEvents { get; }

    /// <summary>The span and all spans inside, from the outside in.</summary>
    /// <returns>The nodes.</returns>
    public IEnumerable<SpanNode> Walk()
    {
        Stack<SpanNode> left = new([this]);
        while (left.TryPop(out SpanNode? node))
        {
            yield return node;
            for (int i = node._children.Count - 1; i >= 0; i--)
            {
                left.Push(node._children[i]);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Events.Count} events, {Children.Count} spans, {Duration.TotalMilliseconds:0.###} ms";
}
