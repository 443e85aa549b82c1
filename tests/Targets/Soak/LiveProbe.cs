using System.Diagnostics;
using Instrumentation;

namespace Soak;

/// <summary>A probe that is attached, and what it must have seen when it goes.</summary>
internal sealed class LiveProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ProbeHandle _handle;
    private readonly Bracket _bracket;
    private readonly bool _ofSystemCalls;

    private LiveProbe(ProbeHandle handle, Bracket bracket, bool ofSystemCalls)
    {
        _handle = handle;
        _bracket = bracket;
        _ofSystemCalls = ofSystemCalls;
    }

    /// <summary>Attaches a probe.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workers">The workload.</param>
    /// <param name="place">The place.</param>
    /// <param name="random">Chance.</param>
    /// <returns>The probe.</returns>
    public static async Task<LiveProbe> AttachAsync(InstrumentationSession session, IReadOnlyList<Worker> workers, int place, Random random)
    {
        Bracket bracket = new(workers, place);
        ProbeHandle handle = await Specs.Any(place, random)(session);
        bracket.Attached();
        return new LiveProbe(handle, bracket, Work.Places[place] == "syscall");
    }

    /// <summary>Detaches it, and compares what it has seen with what was called, and its events with what was read and what was lost.</summary>
    /// <param name="session">The session.</param>
    /// <param name="events">What was read.</param>
    /// <returns>What does not add up; null when all does.</returns>
    public async Task<string?> EndAsync(InstrumentationSession session, EventCounts events)
    {
        ProbeState state = _handle.State;
        _bracket.Detaching();
        await _handle.DisposeAsync();
        (long least, long most) = _bracket.Detached();
        ProbeStatistics statistics = _handle.Statistics;

        // Probes of the kernel see all calls of the process, and count as passed those of the workload.
        long hits = _ofSystemCalls ? statistics.Passed : statistics.Hits;
        if (hits < least || hits > most)
        {
            return $"{_handle.Spec} ({state}): {least} to {most} calls, {statistics}";
        }

        return await EventsAsync(session, events, statistics);
    }

    private async Task<string?> EventsAsync(InstrumentationSession session, EventCounts events, ProbeStatistics statistics)
    {
        if (statistics.Emitted + statistics.Lost == 0)
        {
            return null;
        }

        Stopwatch watch = Stopwatch.StartNew();
        ProbeLoss loss;
        long seen;
        do
        {
            loss = session.Events.Loss.Probes.FirstOrDefault(row => row.ProbeId == _handle.Id).Loss;
            seen = events.Of(_handle.Id);
            if (seen + loss.RingFull + loss.ReaderTooSlow + loss.Unread == statistics.Passed - statistics.Suppressed)
            {
                events.Forget(_handle.Id);
                return null;
            }

            await Task.Delay(5);
        }
        while (watch.Elapsed < Patience);

        return $"{_handle.Spec}: {statistics}, {seen} events read, {loss}";
    }
}
