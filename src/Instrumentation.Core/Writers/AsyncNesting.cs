using System.Runtime.InteropServices;

namespace Instrumentation.Writers;

/// <summary>A suspended call and the track that it is drawn on: calls of one track nest.</summary>
/// <param name="Event">The call.</param>
/// <param name="Track">The number of the track.</param>
internal readonly record struct AsyncCall(ProbeEvent Event, long Track);

/// <summary>
/// Puts suspended calls that are spans on the track of the outermost span that they are part of, so that a viewer draws them below it. Spans come in the order
/// of their ends, inner before outer: each is kept until the span around it has come, the outermost releases all. What does not nest with the others, since it ran
/// beside them, gets a track of its own.
/// </summary>
internal sealed class AsyncNesting
{
    // A span around others may never come: its probe may be gone. Then what waits for it is released when this many wait.
    private const int MostKept = 8192;

    private readonly Dictionary<long, List<ProbeEvent>> _kept = [];
    private int _count;

    /// <summary>Takes the next event that is a span, or a suspended call.</summary>
    /// <param name="item">The event.</param>
    /// <returns>The suspended calls that can be written now.</returns>
    public IReadOnlyList<AsyncCall> Add(ProbeEvent item)
    {
        if (item.SpanId == 0)
        {
            return [new AsyncCall(item, item.CallId)];
        }

        _kept.Remove(item.SpanId, out List<ProbeEvent>? group);
        if (item.Suspended)
        {
            (group ??= []).Add(item);
            _count++;
        }

        if (group is null)
        {
            return [];
        }

        if (item.Span.IsNone)
        {
            _count -= group.Count;
            return Arrange(group, item.SpanId);
        }

        ref List<ProbeEvent>? around = ref CollectionsMarshal.GetValueRefOrAddDefault(_kept, item.Span.Id, out _);
        if (around is null)
        {
            around = group;
        }
        else
        {
            around.AddRange(group);
        }

        return _count > MostKept ? TakeKept() : [];
    }

    /// <summary>Gives the calls whose outermost span has not come.</summary>
    /// <returns>The calls.</returns>
    public IReadOnlyList<AsyncCall> TakeKept()
    {
        AsyncCall[] calls = [.. _kept.SelectMany(static row => Arrange(row.Value, row.Key))];
        _kept.Clear();
        _count = 0;
        return calls;
    }

    private static List<AsyncCall> Arrange(List<ProbeEvent> group, long track)
    {
        List<AsyncCall> calls = [];
        Stack<long> ends = [];
        foreach (ProbeEvent item in group.OrderBy(static item => item.Start).ThenByDescending(static item => item.Timestamp))
        {
            while (ends.TryPeek(out long end) && end <= item.Start)
            {
                ends.Pop();
            }

            bool nests = !ends.TryPeek(out long around) || item.Timestamp <= around;
            if (nests)
            {
                ends.Push(item.Timestamp);
            }

            calls.Add(new AsyncCall(item, nests ? track : item.SpanId));
        }

        return calls;
    }
}
