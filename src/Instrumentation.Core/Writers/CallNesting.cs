namespace Instrumentation.Writers;

/// <summary>A call and the start that it is drawn with.</summary>
/// <param name="Event">The call.</param>
/// <param name="Start">Nanoseconds; the call's own start, or an earlier one.</param>
internal readonly record struct NestedCall(ProbeEvent Event, long Start);

/// <summary>
/// Makes the calls of one thread nest strictly, as viewers demand. They come in the order of their ends, inner before outer. Times make them nest
/// already, but for two cases: several probes on one method take their times one after the other, so that their calls can overlap by some
/// nanoseconds (the later one is then drawn from the start of the earlier one); and an inner and an outer call may take the very same time
/// (the outer one is then written first, since viewers take the first for the outer).
/// </summary>
internal sealed class CallNesting
{
    // Calls that overlap are close together; what lies further back is complete.
    private const int Remembered = 64;

    private readonly List<(long Start, long End)> _complete = [];
    private readonly List<NestedCall> _held = [];

    /// <summary>Takes the next call of the thread.</summary>
    /// <param name="item">The call.</param>
    /// <returns>The calls that can be written now, in this order.</returns>
    public IReadOnlyList<NestedCall> Add(ProbeEvent item)
    {
        long start = item.Start;
        while (_complete.Count > 0 && _complete[^1].End > start)
        {
            start = Math.Min(start, _complete[^1].Start);
            _complete.RemoveAt(_complete.Count - 1);
        }

        _complete.Add((start, item.Timestamp));
        if (_complete.Count > Remembered)
        {
            _complete.RemoveAt(0);
        }

        IReadOnlyList<NestedCall> ready = _held.Count > 0 && _held[^1].Event.Timestamp != item.Timestamp ? TakeHeld() : [];
        _held.Add(new NestedCall(item, start));
        return ready;
    }

    /// <summary>Gives the calls that were kept back.</summary>
    /// <returns>The calls, outer before inner.</returns>
    public IReadOnlyList<NestedCall> TakeHeld()
    {
        NestedCall[] calls = [.. _held];
        Array.Reverse(calls);
        _held.Clear();
        return calls;
    }
}
