using Instrumentation.Events;

namespace Instrumentation.Limits;

/// <summary>Ends a probe when its time is over or its hits are used up.</summary>
internal sealed unsafe class LimitWatch : IDisposable
{
    // SAFETY: the cells of a slot are never freed; the probe has its slot until it is detached, which disposes the watch.
    private static readonly TimeSpan HitPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly ProbeRuntime _runtime;
    private readonly Action<ProbeEnd> _end;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private ProbeLimits _limits = ProbeLimits.None;
    private long _expiresAt = long.MaxValue;
    private bool _isOver;

    /// <summary>Watches a probe's present limits.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    /// <param name="end">Ends the probe; called at most once, on a pool thread.</param>
    public LimitWatch(ProbeRuntime runtime, Action<ProbeEnd> end)
    {
        _runtime = runtime;
        _end = end;
        _timer = new Timer(static watch => ((LimitWatch)watch!).Look(), this, Timeout.Infinite, Timeout.Infinite);
        Change(runtime.Spec.Limits);
    }

    /// <summary>Watches other limits. A changed expiry counts from now.</summary>
    /// <param name="limits">The limits.</param>
    public void Change(ProbeLimits limits)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (limits.Expiry != _limits.Expiry)
            {
                _expiresAt = limits.Expiry is { } expiry ? Environment.TickCount64 + (long)Math.Ceiling(expiry.TotalMilliseconds) : long.MaxValue;
            }

            _limits = limits;
            Schedule();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer.Dispose();
        }
    }

    private void Schedule()
    {
        TimeSpan wait = _expiresAt == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, _expiresAt - Environment.TickCount64));
        if (_limits.Hits is not null && (wait == Timeout.InfiniteTimeSpan || wait > HitPeriod))
        {
            wait = HitPeriod;
        }

        _timer.Change(wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        ProbeEnd reason = ProbeEnd.None;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            reason = ProbeSlots.Limits[_runtime.Slot].IsExhausted || _runtime.Cells?.Admitted >= _limits.Hits ? ProbeEnd.HitLimit
                : Environment.TickCount64 >= _expiresAt ? ProbeEnd.Expiry
                : ProbeEnd.None;
            if (reason == ProbeEnd.None)
            {
                Schedule();
                return;
            }

            _isOver = true;
        }

        _end(reason);
    }
}
