using Instrumentation.Events;

namespace Instrumentation.Governor;

/// <summary>A probe of a session with a budget: its levels, what it takes, and when it may be restored. Used by the governor's thread alone.</summary>
/// <param name="handle">The probe.</param>
/// <param name="ladder">Its levels.</param>
/// <param name="delivery">What it takes to deliver its events.</param>
internal sealed class GovernedProbe(ProbeHandle handle, ProbeLadder ladder, DeliveryCost delivery) : IBudgetedProbe
{
    private const double NanosecondsPerSecond = 1e9;
    private const double NanosecondsPerPercent = 1e7;
    private const int TicksFromMeasureToMeasure = 20;

    /// <summary>From how much more than its hits explain a kernel probe's time is taken as independent of them.</summary>
    private const double Unexplained = 4;

    private readonly RateHistory _history = new();
    private ProbeStatistics _last = handle.Statistics;
    private long _lastRead = MonotonicClock.Now;
    private double _passRatio = 1;
    private double _correction = 1;
    private double _fixedNanoseconds;
    private double _totalNanoseconds;
    private double _bytesPerEvent = EventSize.Estimate(handle.Spec);
    private IDisposable? _measure;
    private ProgramTime _measureBegan;
    private ProbeStatistics _hitsBefore;
    private int _ticksToMeasure;

    /// <summary>The probe.</summary>
    public ProbeHandle Handle => handle;

    /// <summary>Its levels.</summary>
    public ProbeLadder Ladder => ladder;

    /// <inheritdoc/>
    public int Rung { get; private set; }

    /// <inheritdoc/>
    public int Rungs => ladder.Count;

    /// <summary>Whether it is out of the code, and not being tried.</summary>
    public bool IsOff => ladder.Rungs[Rung].Level == ProbeLevel.Off && !IsTried;

    /// <summary>Whether it is off and tried for a moment at the level above.</summary>
    public bool IsTried { get; private set; }

    /// <summary>When it may be changed for the better.</summary>
    public PatienceClock Patience { get; } = new();

    /// <summary>The ticks at the present level.</summary>
    public int Ticks => _history.Count;

    /// <summary>Which rates the plan uses.</summary>
    public HitRates Basis { get; private set; }

    /// <summary>Its level.</summary>
    public ProbeReduction Reduction => ladder.Rungs[Rung];

    /// <summary>Why it is at its level.</summary>
    public string Reason { get; private set; } = string.Empty;

    /// <summary>Whether the kernel has measured it: what it takes may be other processes' time.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>What it takes where it is now, also when it is only tried there, at the rates in use.</summary>
    public BudgetLoad ActiveLoad => Compute(ActiveRung, Basis);

    private int ActiveRung => IsTried ? Rung - 1 : Rung;

    /// <inheritdoc/>
    public BudgetLoad LoadAt(int rung) => Compute(rung, Basis);

    /// <summary>Says which rates the plan is to use.</summary>
    /// <param name="basis">Which.</param>
    public void Use(RateBasis basis) => Basis = basis switch
    {
        RateBasis.Last => _history.Last,
        RateBasis.Mean => _history.Mean,
        _ => _history.Peak,
    };

    /// <summary>Takes note of what happened since the last tick, or since the probe's last change.</summary>
    public void Read()
    {
        ProbeStatistics now = handle.Statistics;
        long time = MonotonicClock.Now;
        double seconds = (time - _lastRead) / NanosecondsPerSecond;
        _lastRead = time;
        ReadMeasure(now, seconds);
        if (!IsOff)
        {
            double hits = now.Hits - _last.Hits;
            double passed = ladder.Rungs[ActiveRung].Level == ProbeLevel.Counted ? hits * _passRatio : now.Passed - _last.Passed;
            if (hits > 0 && ladder.Rungs[ActiveRung].Level != ProbeLevel.Counted)
            {
                _passRatio = Math.Min(1, passed / hits);
            }

            _history.Add(seconds, new HitRates(hits / seconds, passed / seconds, _fixedNanoseconds));
            long delivered = handle.Runtime.Tally.Delivered;
            _bytesPerEvent = delivered > 0 ? (double)handle.Runtime.Tally.DeliveredBytes / delivered : EventSize.Estimate(handle.Spec);
        }

        _last = now;
    }

    /// <summary>Adds the cost of the last tick to the probe's account, and publishes it.</summary>
    /// <param name="seconds">How long the tick was.</param>
    /// <param name="factor">What part of the calculated time the process can have spent at most.</param>
    public void Account(double seconds, double factor)
    {
        BudgetLoad last = IsOff ? default : Compute(ActiveRung, _history.Last);
        BudgetLoad mean = IsOff ? default : Compute(ActiveRung, _history.Mean);
        _totalNanoseconds += last.CpuPercent * NanosecondsPerPercent * seconds * factor;
        handle.Cost = new ProbeCost(
            TimeSpan.FromMicroseconds(_totalNanoseconds / 1000),
            mean.CpuPercent * factor,
            IsOff ? 0 : _history.Mean.Hits,
            mean.Events,
            mean.Bytes);
    }

    /// <summary>Brings the probe to a level, unless its handle is just being changed or detached.</summary>
    /// <param name="rung">The level's place.</param>
    /// <param name="tried">Whether it is that level of a probe which is off, and the level above is to be tried.</param>
    /// <param name="why">Why, in words.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="InstrumentationException">The level cannot be had; the probe is as it was.</exception>
    public bool TryChange(int rung, bool tried, string why)
    {
        if (!handle.TryReduce(ladder.Rungs[tried ? rung - 1 : rung], ladder.Rungs[rung], why))
        {
            return false;
        }

        (Rung, IsTried, Reason) = (rung, tried, why);
        _last = handle.Statistics;
        _lastRead = MonotonicClock.Now;
        _ticksToMeasure = 0;
        EndMeasure();
        _history.Clear();
        return true;
    }

    /// <summary>Ends a measurement that is under way.</summary>
    public void EndMeasure()
    {
        _measure?.Dispose();
        _measure = null;
    }

    private BudgetLoad Compute(int rung, HitRates rates)
    {
        double reported = ladder.Reported(rung, handle.Spec.Limits, rates.Passed);
        double nanoseconds = (ladder.Costs[rung].Of(rates.Hits, reported) * _correction) + (ladder.Rungs[rung].Level == ProbeLevel.Off ? 0 : rates.FixedNanoseconds);
        double events = handle.Spec.Aggregation is null ? reported : 0;
        nanoseconds += events * _bytesPerEvent * delivery.PerByte;
        return new BudgetLoad(nanoseconds / NanosecondsPerPercent, events, events * _bytesPerEvent);
    }

    // The kernel measures its programs only while it is asked to, since that costs some time itself: for a tick now and then.
    private void ReadMeasure(ProbeStatistics now, double seconds)
    {
        if (handle.Runtime.Cells is not { } cells || IsOff)
        {
            EndMeasure();
            return;
        }

        if (_measure is not null)
        {
            ProgramTime took = cells.Time - _measureBegan;
            EndMeasure();
            IsMeasured = took.Runs > 0;
            Learn(took.Nanoseconds / seconds, (now.Hits - _hitsBefore.Hits) / seconds, (now.Passed - _hitsBefore.Passed) / seconds);
        }
        else if (_ticksToMeasure-- <= 0)
        {
            _ticksToMeasure = TicksFromMeasureToMeasure;
            _measure = cells.Measure();
            _measureBegan = cells.Time;
            _hitsBefore = now;
        }
    }

    private void Learn(double measured, double hits, double passed)
    {
        double expected = ladder.Costs[ActiveRung].Of(hits, ladder.Reported(ActiveRung, handle.Spec.Limits, passed));
        if (measured > expected * Unexplained)
        {
            (_fixedNanoseconds, _correction) = (measured - expected, 1);
        }
        else if (expected > 0)
        {
            (_fixedNanoseconds, _correction) = (0, measured / expected);
        }
    }
}
