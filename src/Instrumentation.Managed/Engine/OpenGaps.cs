using System.Diagnostics;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler.Interop;

namespace Instrumentation.Managed.Engine;

/// <summary>The gaps of one probe that close by themselves. They are looked at when they are read, and not more often than costs little.</summary>
internal sealed class OpenGaps(OldCode oldCode, NativeProfiler native)
{
    // To look at old calls stops the program's threads for a moment.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private const int ShareOfTime = 100;

    private readonly Lock _gate = new();
    private OpenGap[] _gaps = [];
    private long _next;

    /// <summary>Adds gaps.</summary>
    /// <param name="gaps">The gaps.</param>
    public void Add(IEnumerable<OpenGap> gaps)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            Volatile.Write(ref _gaps, [.. _gaps, .. gaps]);
        }
    }

    /// <summary>The gaps that are open still.</summary>
    /// <returns>The gaps.</returns>
    public IReadOnlyList<CoverageGap> Read()
    {
        if (Volatile.Read(ref _gaps).Length == 0)
        {
            return [];
        }

        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        if (Stopwatch.GetTimestamp() >= Volatile.Read(ref _next) && _gate.TryEnter())
        {
            try
            {
                long start = Stopwatch.GetTimestamp();
                Volatile.Write(ref _gaps, StillOpen(_gaps));
                long took = Stopwatch.GetTimestamp() - start;
                Volatile.Write(ref _next, start + Math.Max(took * ShareOfTime, (long)(ShortestInterval.TotalSeconds * Stopwatch.Frequency)));
            }
            finally
            {
                _gate.Exit();
            }
        }

        return [.. Volatile.Read(ref _gaps).Select(static open => open.Gap)];
    }

    /// <summary>The gaps that are open now for what the current thread calls: what the runtime has not taken yet, and old calls on this very thread.</summary>
    /// <returns>The gaps.</returns>
    public IReadOnlyList<OpenGap> ReadHere()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        OpenGap[] gaps = Volatile.Read(ref _gaps);
        return gaps.Length == 0 ? [] : StillOpen(gaps, here: true);
    }

    private OpenGap[] StillOpen(OpenGap[] gaps, bool here = false)
    {
        OldCall[] calls = [.. gaps.OfType<OldCallGap>().Select(static open => open.Call)];
        IReadOnlySet<OldCall> running = calls.Length == 0 ? new HashSet<OldCall>() : oldCode.StillRunning(calls, here);
        return
        [
            .. gaps.Where(open => open switch
            {
                UntakenGap untaken => native.BodyServed(untaken.Method) == 0,
                OldCallGap old => running.Contains(old.Call),
                _ => true,
            }),
        ];
    }
}
