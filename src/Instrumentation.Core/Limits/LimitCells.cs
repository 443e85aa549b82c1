using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Limits;

/// <summary>
/// One probe's limits as its hooks read them, in native memory that all threads share: a cache line of its own, written only where a rate or a hit limit
/// is set and only by hits that get so far.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct LimitCells
{
    // SAFETY: the cells of a slot are never freed, and blocks belong to the thread that passes them.
    private const long NanosecondsPerSecond = 1_000_000_000;

    private long _sampleEvery;
    private long _interval;
    private long _burst;
    private long _mostHits;
    private long _admitted;
    private long _nextTime;

    /// <summary>Whether as many hits were admitted as may be.</summary>
    public readonly bool IsExhausted => Volatile.Read(in _admitted) >= Volatile.Read(in _mostHits);

    /// <summary>Takes over the limits of a probe that gets the slot, or of a changed spec.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="isNew">True to forget what was admitted so far.</param>
    public void Set(ProbeLimits limits, bool isNew)
    {
        if (isNew)
        {
            _admitted = 0;
            _nextTime = 0;
        }

        long interval = IntervalOf(limits);
        Volatile.Write(ref _burst, BurstOf(interval));
        Volatile.Write(ref _interval, interval);
        Volatile.Write(ref _mostHits, limits.Hits ?? long.MaxValue);
        Volatile.Write(ref _sampleEvery, limits.SampleEvery);
    }

    /// <summary>The time from one admitted hit to the next.</summary>
    /// <param name="limits">The limits.</param>
    /// <returns>Nanoseconds; 0 when there is no rate.</returns>
    public static long IntervalOf(ProbeLimits limits) => limits.PerSecond is { } rate ? Math.Max(1, (long)(NanosecondsPerSecond / rate)) : 0;

    /// <summary>How much earlier than that a hit may come.</summary>
    /// <param name="interval">The time from one admitted hit to the next.</param>
    /// <returns>Nanoseconds.</returns>
    public static long BurstOf(long interval) => Math.Max(0, (NanosecondsPerSecond / 10) - interval);

    /// <summary>Decides a hit that the condition let through. One that is turned away is counted as suppressed. Neither locks nor waits.</summary>
    /// <param name="block">The probe's block on the current thread.</param>
    /// <param name="slot">The probe's slot.</param>
    /// <returns>Whether the hit is reported.</returns>
    public static bool Admits(ProbeBlock* block, int slot)
    {
        LimitCells* cells = ProbeSlots.Limits + slot;
        if (cells->IsSampled(block) && cells->IsInTime() && cells->IsWithinHits())
        {
            return true;
        }

        block->Suppressed++;
        return false;
    }

    private readonly bool IsSampled(ProbeBlock* block)
    {
        if (block->ToSkip > 0 && block->ToSkip < _sampleEvery)
        {
            block->ToSkip--;
            return false;
        }

        block->ToSkip = _sampleEvery - 1;
        return true;
    }

    // The generic cell rate algorithm: each admitted hit moves the next time on by the interval; a hit that comes earlier than a burst before it is turned away.
    private bool IsInTime()
    {
        long interval = _interval;
        if (interval == 0)
        {
            return true;
        }

        long now = MonotonicClock.Now;
        while (true)
        {
            long due = Volatile.Read(ref _nextTime);
            if (due - now > _burst)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _nextTime, Math.Max(due, now) + interval, due) == due)
            {
                return true;
            }
        }
    }

    private bool IsWithinHits()
    {
        long most = _mostHits;
        if (most == long.MaxValue)
        {
            return true;
        }

        while (true)
        {
            long admitted = Volatile.Read(ref _admitted);
            if (admitted >= most)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _admitted, admitted + 1, admitted) == admitted)
            {
                return true;
            }
        }
    }
}
