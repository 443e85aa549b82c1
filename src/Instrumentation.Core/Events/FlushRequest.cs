namespace Instrumentation.Events;

/// <summary>
/// Somebody waits until everything that was under way has been delivered. First every thread must have been outside of its hooks once since
/// the request: all that its hooks saw then is in the rings. Then the watermark must pass the time at which that was so.
/// </summary>
/// <param name="requestedAt">Nanoseconds.</param>
internal sealed class FlushRequest(long requestedAt)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _target = long.MaxValue;

    /// <summary>Completes when everything has been delivered.</summary>
    public Task Done => _done.Task;

    /// <summary>Looks whether a round has brought it about.</summary>
    /// <param name="watermark">The round's watermark.</param>
    /// <returns>True when it is done.</returns>
    public bool Advance(long watermark)
    {
        if (watermark >= _target)
        {
            _done.TrySetResult();
            return true;
        }

        if (_target == long.MaxValue && watermark >= requestedAt)
        {
            _target = MonotonicClock.Now;
        }

        return false;
    }

    /// <summary>Ends the wait because no round will come any more.</summary>
    public void Abandon() => _done.TrySetResult();
}
