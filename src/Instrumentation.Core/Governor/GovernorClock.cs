using System.Diagnostics;
using Instrumentation.Diagnostics;
using Instrumentation.Events;

namespace Instrumentation.Governor;

/// <summary>The one thread that looks at the budgets of all sessions. It starts with the first session that has one and is gone with the last.</summary>
internal sealed class GovernorClock
{
    /// <summary>The name of the thread; short enough for the operating system to show it whole.</summary>
    public const string ThreadName = "instr-governor";

    /// <summary>The time from one look to the next; longer when looks take long, so that looking takes a small part of the time.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMilliseconds(500);

    private const int LooksOfTime = 500;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private OverheadGovernor[] _governors = [];
    private Thread? _thread;

    /// <summary>The clock of this process.</summary>
    public static GovernorClock Shared { get; } = new();

    /// <summary>Begins to look at a session's budget.</summary>
    /// <param name="governor">Its governor.</param>
    public void Add(OverheadGovernor governor)
    {
        lock (_gate)
        {
            _governors = [.. _governors, governor];
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = ThreadName };
                _thread.UnsafeStart();
            }
        }
    }

    /// <summary>Ends looking at a session's budget, and the thread with the last one.</summary>
    /// <param name="governor">Its governor.</param>
    public void Remove(OverheadGovernor governor)
    {
        Thread? last = null;
        lock (_gate)
        {
            _governors = [.. _governors.Where(other => other != governor)];
            if (_governors.Length == 0)
            {
                (last, _thread) = (_thread, null);
                _wake.Set();
            }
        }

        last?.Join();
    }

    private void Run()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        TimeSpan wait = Period;
        TimeSpan before = TimeSpan.Zero;
        while (true)
        {
            _wake.WaitOne(wait);
            OverheadGovernor[] governors;
            lock (_gate)
            {
                if (_thread != Thread.CurrentThread)
                {
                    // What has woken this thread may have been meant for the one that runs since.
                    return;
                }

                governors = _governors;
            }

            TimeSpan looked = TimeSpan.Zero;
            foreach (OverheadGovernor governor in governors)
            {
                looked += Look(governor);
            }

            // The shorter of two: one look can be held up by anything.
            wait = TimeSpan.FromTicks(Math.Clamp(Math.Min(looked.Ticks, before.Ticks) * LooksOfTime, Period.Ticks, LongestPeriod.Ticks));
            before = looked;
        }
    }

    private static TimeSpan Look(OverheadGovernor governor)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            return governor.Look();
        }
        catch (Exception error)
        {
            // The program that is observed must not end because its observer cannot go on; the next look may.
            InstrumentationEventSource.Log.GovernorFailed(error.Message);
            return Stopwatch.GetElapsedTime(start);
        }
    }
}
