using System.Runtime.CompilerServices;

namespace Instrumentation;

/// <summary>
/// Puts the events of a stream together as trees: each span with the spans and other events that it caused. A tree comes when its outermost span has ended. What cannot be put anywhere is counted.
/// Not thread-safe; the counts may be read at any time.
/// </summary>
public sealed class SpanTrees
{
    // Ended spans that are remembered, to tell what comes too late for them from what belongs to one that is still open.
    private const int EndedRemembered = 65_536;

    private readonly SpanTreeOptions _options;
    private readonly Dictionary<long, OpenSpan> _open = [];
    private readonly Queue<OpenSpan> _order = new();
    private readonly HashSet<long> _ended = [];
    private readonly Queue<long> _endedOrder = new();
    private long _unattributed;
    private long _late;
    private long _dropped;

    /// <summary>Begins with nothing.</summary>
    /// <param name="options">How much is kept; null for the defaults.</param>
    /// <exception cref="SpecException">An option is out of its range.</exception>
    public SpanTrees(SpanTreeOptions? options = null)
    {
        _options = options ?? new SpanTreeOptions();
        _options.Validate();
    }

    /// <summary>Events so far that belong to no span.</summary>
    public long Unattributed => Volatile.Read(ref _unattributed);

    /// <summary>Events so far whose span had ended before them: of work that the span has started and not waited for.</summary>
    public long Late => Volatile.Read(ref _late);

    /// <summary>Events so far that were dropped: there was no room, or their span's own event never came.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Spans that have not ended, as far as is known.</summary>
    public int Open => _open.Count;

    /// <summary>Reads events to their end and gives each tree when it is complete.</summary>
    /// <param name="events">The events, in the order of their times: a session's stream.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The outermost spans.</returns>
    public async IAsyncEnumerable<SpanNode> ReadAsync(IAsyncEnumerable<ProbeEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        await foreach (ProbeEvent one in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (Add(one) is { } tree)
            {
                yield return tree;
            }
        }
    }

    /// <summary>Takes one event.</summary>
    /// <param name="item">The event; not before those that were taken already.</param>
    /// <returns>The outermost span that it completes, or null.</returns>
    public SpanNode? Add(ProbeEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        long parent = item.Span.Id;
        if (item.SpanId is var id and not 0)
        {
            return End(item, id, parent);
        }

        if (parent == 0)
        {
            _unattributed++;
        }
        else if (_ended.Contains(parent))
        {
            _late++;
        }
        else
        {
            AddEvent(Find(parent), item);
        }

        return null;
    }

    private SpanNode? End(ProbeEvent item, long id, long parent)
    {
        _open.Remove(id, out OpenSpan? open);
        open?.Ended = true;
        SpanNode node = new(item, open?.Children ?? [], open?.Events ?? [], open?.DroppedEvents ?? 0);
        Remember(id);
        if (parent == 0 || _ended.Contains(parent))
        {
            return node;
        }

        Find(parent).Children.Add(node);
        return null;
    }

    private void AddEvent(OpenSpan span, ProbeEvent item)
    {
        if (span.Events.Count < _options.MaximumEventsPerSpan)
        {
            span.Events.Add(item);
            return;
        }

        span.DroppedEvents++;
        _dropped++;
    }

    private OpenSpan Find(long id)
    {
        if (_open.TryGetValue(id, out OpenSpan? span))
        {
            return span;
        }

        span = new OpenSpan(id);
        _open.Add(id, span);
        _order.Enqueue(span);
        while (_open.Count > _options.MaximumOpenSpans || (_order.Count > 0 && _order.Peek().Ended))
        {
            Forget(_order.Dequeue());
        }

        return span;
    }

    private void Forget(OpenSpan span)
    {
        if (!span.Ended)
        {
            _open.Remove(span.Id);
            Remember(span.Id);
            _dropped += span.Events.Count + span.Children.Sum(static child => child.Walk().Sum(static node => 1 + node.Events.Count));
        }
    }

    private void Remember(long id)
    {
        if (_ended.Add(id))
        {
            _endedOrder.Enqueue(id);
            if (_endedOrder.Count > EndedRemembered)
            {
                _ended.Remove(_endedOrder.Dequeue());
            }
        }
    }

    private sealed class OpenSpan(long id)
    {
        public long Id { get; } = id;

        public List<SpanNode> Children { get; } = [];

        public List<ProbeEvent> Events { get; } = [];

        public long DroppedEvents { get; set; }

        public bool Ended { get; set; }
    }
}
