using System.Diagnostics;
using Instrumentation.Diagnostics;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation;

/// <summary>
/// Keeps the probes of a session within its <see cref="OverheadBudget"/>. Ten times a second it reads what they take. Beyond the budget it reduces the most
/// expensive probe, level by level (<see cref="ProbeLevel"/>), until all fit in four fifths of it; where it is calm it restores a probe by one level at a time, when
/// the highest load of the last second would fit in three fifths of the budget with it. A probe is restored 2 seconds after its last change at the earliest (5 when
/// it is off), and the wait doubles, to 5 minutes at most, each time that it has to be reduced again within 10 seconds, or is tried in vain. Reductions do not wait.
/// </summary>
public sealed class OverheadGovernor
{
    private const double NanosecondsPerPercent = 1e7;

    /// <summary>A tick that is so many times beyond the budget counts at once; otherwise the mean of a second does.</summary>
    private const double FarBeyond = 2;

    private const int LooksOfOwn = 5;

    /// <summary>The ticks that a probe which is tried must stay within the budget.</summary>
    private const int TicksOfTrial = 6;

    private readonly Lock _gate = new();
    private readonly List<GovernedProbe> _probes = [];
    private readonly DeliveryCost _delivery = new();
    private readonly StepLog _steps = new();
    private readonly Queue<double> _ownLooks = new();
    private long _lastLook = Stopwatch.GetTimestamp();
    private TimeSpan _lastProcessTime = Environment.CpuUsage.TotalTime;
    private double _ownPercent;
    private SessionCost _cost;
    private bool _stopped;

    /// <summary>Makes the governor of a session.</summary>
    /// <param name="budget">The session's budget.</param>
    internal OverheadGovernor(OverheadBudget budget) => Budget = budget;

    /// <summary>The budget.</summary>
    public OverheadBudget Budget { get; }

    /// <summary>What the session's probes take, over about the last second.</summary>
    public SessionCost Cost
    {
        get
        {
            lock (_gate)
            {
                return _cost;
            }
        }
    }

    /// <summary>The last 256 steps, the earliest first.</summary>
    public IReadOnlyList<GovernorStep> History => _steps.Last;

    /// <summary>
    /// The steps as they are made, after those of <see cref="History"/>; ends with the session. May be enumerated several times at a time; a reader that is more than
    /// 1,024 steps behind misses the earliest.
    /// </summary>
    public IAsyncEnumerable<GovernorStep> Steps => _steps;

    /// <summary>Begins to watch a probe.</summary>
    /// <param name="handle">The probe.</param>
    /// <param name="ladder">Its levels.</param>
    internal void Add(ProbeHandle handle, ProbeLadder ladder)
    {
        GovernedProbe probe = new(handle, ladder, _delivery);
        lock (_gate)
        {
            if (!_stopped)
            {
                _probes.Add(probe);
            }
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>How long it took to read the counts.</returns>
    internal TimeSpan Look()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return TimeSpan.Zero;
            }

            long now = Stopwatch.GetTimestamp();
            double seconds = Stopwatch.GetElapsedTime(_lastLook, now).TotalSeconds;
            _lastLook = now;
            Forget();
            _delivery.Learn();
            _probes.ForEach(static probe => probe.Read());
            double factor = Check(seconds);
            _probes.ForEach(probe => probe.Account(seconds, factor));
            TimeSpan read = Stopwatch.GetElapsedTime(now);
            _ownPercent = OwnPercent(read.TotalSeconds / seconds * 100);
            Publish(factor);
            Decide(MonotonicTime(now));
            return read;
        }
    }

    /// <summary>Ends: no probe is changed any more.</summary>
    internal void Stop()
    {
        GovernorClock.Shared.Remove(this);
        lock (_gate)
        {
            _stopped = true;
            _probes.ForEach(static probe => probe.EndMeasure());
            _probes.Clear();
            _steps.Complete();
        }
    }

    private static TimeSpan MonotonicTime(long stamp) => Stopwatch.GetElapsedTime(0, stamp);

    private void Forget()
    {
        foreach (GovernedProbe gone in _probes.Where(static probe => probe.Handle.End != ProbeEnd.None))
        {
            gone.EndMeasure();
        }

        _probes.RemoveAll(static probe => probe.Handle.End != ProbeEnd.None);
    }

    // What is calculated for woven code cannot be more than the process has run: then hits cost less than they did when they were measured.
    private double Check(double seconds)
    {
        TimeSpan total = Environment.CpuUsage.TotalTime;
        double ran = (total - _lastProcessTime).TotalNanoseconds / seconds;
        _lastProcessTime = total;
        _probes.ForEach(static probe => probe.Use(RateBasis.Last));
        double calculated = _probes.Where(static probe => !probe.IsMeasured).Sum(static probe => probe.ActiveLoad.CpuPercent) * NanosecondsPerPercent;
        return calculated > ran && calculated > 0 ? ran / calculated : 1;
    }

    // The least of some looks: one can be held up by anything, and the first ones are compiled while they run.
    private double OwnPercent(double percent)
    {
        _ownLooks.Enqueue(percent);
        if (_ownLooks.Count > LooksOfOwn)
        {
            _ownLooks.Dequeue();
        }

        return _ownLooks.Count < LooksOfOwn ? 0 : _ownLooks.Min();
    }

    private void Publish(double factor)
    {
        _probes.ForEach(static probe => probe.Use(RateBasis.Mean));
        BudgetLoad total = Total(default);
        _cost = new SessionCost((total.CpuPercent * factor) + _ownPercent, total.Events, total.Bytes, _ownPercent);
    }

    private void Decide(TimeSpan now)
    {
        BudgetLoad own = new(_ownPercent, 0, 0);
        if (IsBeyond(RateBasis.Last, own, FarBeyond) || IsBeyond(RateBasis.Mean, own, 1))
        {
            Reduce(now, own);
            return;
        }

        Restore(now, own);
        Try(now);
    }

    // The rates stay in use: what is reduced is planned by those that are beyond the budget.
    private bool IsBeyond(RateBasis basis, BudgetLoad own, double limit)
    {
        _probes.ForEach(probe => probe.Use(basis));
        return Total(own).ShareOf(Budget) > limit;
    }

    private void Reduce(TimeSpan now, BudgetLoad own)
    {
        // A probe that is only tried is the last that may bring the session beyond its budget.
        if (_probes.Exists(static probe => probe.IsTried))
        {
            foreach (GovernedProbe probe in _probes.Where(static probe => probe.IsTried))
            {
                if (Change(probe, probe.Rung, tried: false, probe.Reason))
                {
                    probe.Patience.Failed(now);
                }
            }

            return;
        }

        BudgetLoad total = Total(own);
        BudgetLoad[] loads = [.. _probes.Select(static probe => probe.ActiveLoad)];
        int[] rungs = BudgetPlan.Down(_probes, own, Budget);
        for (int i = 0; i < rungs.Length; i++)
        {
            GovernedProbe probe = _probes[i];
            ProbeReduction from = probe.Reduction;
            string why = total.Describe(Budget, loads[i]);
            if (rungs[i] != probe.Rung && Change(probe, rungs[i], tried: false, why))
            {
                probe.Patience.Reduced(now, probe.IsOff);
                Tell(probe, from, why, isDown: true);
            }
        }
    }

    private void Restore(TimeSpan now, BudgetLoad own)
    {
        _probes.ForEach(static probe => probe.Use(RateBasis.Peak));
        int best = BudgetPlan.Up(_probes, at => MayBeRestored(_probes[at], now), own, Budget);
        if (best >= 0)
        {
            Restore(_probes[best], now, own);
        }
    }

    private void Restore(GovernedProbe probe, TimeSpan now, BudgetLoad own)
    {
        ProbeReduction from = probe.Reduction;
        int rung = probe.Rung - 1;
        BudgetLoad others = Total(own) - probe.ActiveLoad;
        while (rung > 0 && probe.Ladder.Rungs[rung - 1].Level == ProbeLevel.Sampled && probe.Ladder.Rungs[rung].Level == ProbeLevel.Sampled && (others + probe.LoadAt(rung - 1)).ShareOf(Budget) <= BudgetPlan.UpTo)
        {
            // Rarer and less rare samples are one level.
            rung--;
        }

        if (Change(probe, rung, tried: false, probe.Reason))
        {
            probe.Patience.Restored(now);
            Tell(probe, from, $"it is calm: {Total(own).Describe(Budget, probe.ActiveLoad)}", isDown: false);
        }
    }

    // What is off has no rates: it is tried first.
    private static bool MayBeRestored(GovernedProbe probe, TimeSpan now) =>
        probe.IsTried ? probe.Ticks >= TicksOfTrial : !probe.IsOff && probe.Ticks >= RateHistory.Most && probe.Patience.IsOver(now);

    private void Try(TimeSpan now)
    {
        foreach (GovernedProbe probe in _probes.Where(probe => probe.IsOff && probe.Patience.IsOver(now)))
        {
            _ = Change(probe, probe.Rung, tried: true, probe.Reason);
        }

        // Within the budget, but not calm enough to stay: back again.
        foreach (GovernedProbe probe in _probes.Where(static probe => probe.IsTried && probe.Ticks > TicksOfTrial))
        {
            if (Change(probe, probe.Rung, tried: false, probe.Reason))
            {
                probe.Patience.Failed(now);
            }
        }
    }

    private BudgetLoad Total(BudgetLoad own) => _probes.Aggregate(own, static (sum, probe) => sum + probe.ActiveLoad);

    private static bool Change(GovernedProbe probe, int rung, bool tried, string why)
    {
        try
        {
            return probe.TryChange(rung, tried, why);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The probe is as it was. Where less cannot be woven, nothing can be: the original code is always there.
            InstrumentationEventSource.Log.GovernorFailed($"{probe.Handle.Name} cannot be changed to {probe.Ladder.Rungs[rung]}: {error.Message}");
            return rung < probe.Rungs - 1 && rung > probe.Rung && probe.TryChange(probe.Rungs - 1, tried: false, why);
        }
    }

    private void Tell(GovernedProbe probe, ProbeReduction from, string why, bool isDown)
    {
        ProbeReduction to = probe.Reduction;
        GovernorStep step = new(MonotonicClock.Now, probe.Handle, from.Level, to.Level, to.Every, why) { IsDown = isDown };
        _steps.Add(step);
        InstrumentationEventSource.Log.GovernorStepped(probe.Handle.Name, from.ToString(), to.ToString(), why);
    }
}
