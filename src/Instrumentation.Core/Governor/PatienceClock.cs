namespace Instrumentation.Governor;

/// <summary>
/// How long a probe is left alone before it is restored by a level: twice as long each time that it had to be reduced again soon after, so that a probe at the
/// edge of the budget does not go up and down for ever.
/// </summary>
internal sealed class PatienceClock
{
    /// <summary>The shortest wait.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The shortest wait before a probe that is off is tried.</summary>
    public static readonly TimeSpan ShortestOff = TimeSpan.FromSeconds(5);

    /// <summary>A reduction within this time after a restoration makes the wait longer.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private TimeSpan _wait = Shortest;
    private TimeSpan _restoredAt = TimeSpan.MinValue;
    private TimeSpan _until;

    /// <summary>Whether the probe may be restored.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Whether it may.</returns>
    public bool IsOver(TimeSpan now) => now >= _until;

    /// <summary>The probe was reduced.</summary>
    /// <param name="now">The time.</param>
    /// <param name="off">Whether it is off now.</param>
    public void Reduced(TimeSpan now, bool off)
    {
        bool soon = _restoredAt != TimeSpan.MinValue && now - _restoredAt < Soon;
        _wait = soon ? Double(_wait) : Shortest;
        Begin(now, off);
    }

    /// <summary>The probe was tried in vain.</summary>
    /// <param name="now">The time.</param>
    public void Failed(TimeSpan now)
    {
        _wait = Double(_wait < ShortestOff ? ShortestOff : _wait);
        Begin(now, off: true);
    }

    /// <summary>The probe was restored by a level.</summary>
    /// <param name="now">The time.</param>
    public void Restored(TimeSpan now)
    {
        _restoredAt = now;
        Begin(now, off: false);
    }

    private static TimeSpan Double(TimeSpan wait) => TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, Longest.Ticks));

    private void Begin(TimeSpan now, bool off) => _until = now + (off && _wait < ShortestOff ? ShortestOff : _wait);
}
