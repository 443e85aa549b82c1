namespace Instrumentation.Governor;

/// <summary>The rates of about the last second, since the probe's last change.</summary>
internal sealed class RateHistory
{
    /// <summary>The most ticks that are kept.</summary>
    public const int Most = 10;

    private readonly Queue<(double Seconds, HitRates Rates)> _ticks = new();

    /// <summary>The ticks since the last change, up to <see cref="Most"/>.</summary>
    public int Count => _ticks.Count;

    /// <summary>The rates of the last tick.</summary>
    public HitRates Last { get; private set; }

    /// <summary>The mean rates.</summary>
    public HitRates Mean { get; private set; }

    /// <summary>The highest rates of a tick.</summary>
    public HitRates Peak { get; private set; }

    /// <summary>Adds a tick.</summary>
    /// <param name="seconds">How long it was.</param>
    /// <param name="rates">What happened.</param>
    public void Add(double seconds, HitRates rates)
    {
        if (_ticks.Count == Most)
        {
            _ticks.Dequeue();
        }

        _ticks.Enqueue((seconds, rates));
        Last = rates;
        double time = _ticks.Sum(static tick => tick.Seconds);
        Mean = new HitRates(
            _ticks.Sum(static tick => tick.Seconds * tick.Rates.Hits) / time,
            _ticks.Sum(static tick => tick.Seconds * tick.Rates.Passed) / time,
            _ticks.Sum(static tick => tick.Seconds * tick.Rates.FixedNanoseconds) / time);
        Peak = _ticks.Aggregate(rates, static (peak, tick) => HitRates.Max(peak, tick.Rates));
    }

    /// <summary>Begins anew: the probe has changed. The rates stay until the next tick.</summary>
    public void Clear() => _ticks.Clear();
}
