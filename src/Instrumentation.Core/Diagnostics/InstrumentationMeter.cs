using System.Diagnostics.Metrics;

namespace Instrumentation.Diagnostics;

/// <summary>
/// The library's own measures, of the whole process, under the meter "Instrumentation": probes that are attached, events that were delivered,
/// came late, and were lost. They are read from the sessions when a listener asks; nothing is counted twice.
/// </summary>
internal static class InstrumentationMeter
{
    private static readonly Lock Gate = new();
    private static readonly List<InstrumentationSession> Sessions = [];
    private static readonly Meter Meter = new("Instrumentation");
    private static long _endedDelivered;
    private static long _endedLost;
    private static long _endedLate;

    static InstrumentationMeter()
    {
        Meter.CreateObservableUpDownCounter("instrumentation.probes.attached", static () => Sum(static session => session.Probes.Count, static () => 0), "{probe}", "Probes that are attached.");
        Meter.CreateObservableCounter("instrumentation.events.delivered", static () => Sum(static session => session.Events.Delivered, static () => _endedDelivered), "{event}", "Events that the pump has delivered.");
        Meter.CreateObservableCounter("instrumentation.events.lost", static () => Sum(static session => session.Events.Loss.Total, static () => _endedLost), "{event}", "Events that were lost on the way to a reader.");
        Meter.CreateObservableCounter("instrumentation.events.late", static () => Sum(static session => session.Events.Loss.Late, static () => _endedLate), "{event}", "Events that were delivered behind one with a later time.");
    }

    /// <summary>Measures a session.</summary>
    /// <param name="session">The session.</param>
    public static void Add(InstrumentationSession session)
    {
        lock (Gate)
        {
            Sessions.Add(session);
        }
    }

    /// <summary>Keeps the sums of a session that has ended.</summary>
    /// <param name="session">The session.</param>
    public static void Remove(InstrumentationSession session)
    {
        lock (Gate)
        {
            if (Sessions.Remove(session))
            {
                _endedDelivered += session.Events.Delivered;
                EventLoss loss = session.Events.Loss;
                _endedLost += loss.Total;
                _endedLate += loss.Late;
            }
        }
    }

    private static long Sum(Func<InstrumentationSession, long> measure, Func<long> ended)
    {
        lock (Gate)
        {
            return ended() + Sessions.Sum(measure);
        }
    }
}
