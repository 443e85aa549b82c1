namespace Instrumentation.Spans;

/// <summary>An asynchronous span. It is what its flow carries, so it lives as long as anything that the call has started.</summary>
internal sealed class FlowSpan : FlowContext
{
    private long[]? _totals;
    private FlowSpan? _around;

    /// <summary>Begins a span.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="parent">The number of the innermost span around it.</param>
    /// <param name="start">When it begins; nanoseconds.</param>
    /// <param name="around">What the flow was before.</param>
    public FlowSpan(long id, long parent, long start, FlowContext? around)
    {
        Span = this;
        Id = id;
        Parent = parent;
        Start = start;
        Previous = around;
        _around = around?.Span;
        Before = ExecutionContext.Capture();
    }

    /// <summary>The span's number.</summary>
    public long Id { get; }

    /// <summary>The span around it.</summary>
    public long Parent { get; }

    /// <summary>When it began; nanoseconds.</summary>
    public long Start { get; }

    /// <summary>The execution context of the caller, while the call's first run lasts; null when it does not flow.</summary>
    public ExecutionContext? Before { get; private set; }

    /// <summary>The execution context in which the call was begun, while its first run lasts.</summary>
    public ExecutionContext? Inside { get; set; }

    /// <summary>What the flow was before, while the call's first run lasts.</summary>
    public FlowContext? Previous { get; private set; }

    /// <summary>What the kernel did for the span so far.</summary>
    public SpanTotals Totals
    {
        get
        {
            SpanTotals totals = default;
            _totals?.CopyTo(SpanTotals.Words(ref totals));
            return totals;
        }
    }

    /// <summary>Forgets what only the first run needs: contexts hold much of the program alive.</summary>
    public void EndFirstRun()
    {
        Before = null;
        Inside = null;
        Previous = null;
    }

    /// <summary>Adds what the kernel did on a thread while it worked for the span. Several threads may at a time.</summary>
    /// <param name="more">What it did.</param>
    public void Add(SpanTotals more)
    {
        long[] totals = _totals ?? Interlocked.CompareExchange(ref _totals, new long[SpanTotals.Bytes / sizeof(long)], null) ?? _totals;
        Span<long> added = SpanTotals.Words(ref more);
        for (int i = 0; i < added.Length; i++)
        {
            if (added[i] != 0)
            {
                Interlocked.Add(ref totals[i], added[i]);
            }
        }
    }

    /// <summary>The call has ended: what it cost belongs to the span around it as well, and the way there is forgotten, so that flows that begin flows for ever hold only the last.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _around, null) is { } around && _totals is not null)
        {
            around.Add(Totals);
        }
    }
}
