using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Instrumentation;

namespace WebShop.Observation;

/// <summary>
/// Listens to the runtime for the times that it stops all threads: from the beginning of the suspension to the end of the restart, in nanoseconds of
/// CLOCK_MONOTONIC, as all events here are.
/// </summary>
public sealed class GcPauses : EventListener
{
    /// <summary>What a pause for a collection is called.</summary>
    public const string Collection = "GC pause";

    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GcKeyword = (EventKeywords)0x1;

    // What the runtime gives as the reason of a suspension, where it is a collection.
    private const uint ForGc = 1;
    private const uint ForGcPreparation = 6;

    private readonly Lock _gate = new();
    private readonly List<ReportSpan> _pauses = [];
    private long _began;
    private uint _reason;

    /// <summary>The pauses so far.</summary>
    public IReadOnlyList<ReportSpan> Pauses
    {
        get
        {
            lock (_gate)
            {
                return [.. _pauses];
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
        {
            EnableEvents(eventSource, EventLevel.Informational, GcKeyword);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The base class's constructor lets events through before this class has its fields.
        if (_gate is null)
        {
            return;
        }

        lock (_gate)
        {
            switch (eventData.EventName)
            {
                case "GCSuspendEEBegin_V1":
                    (_began, _reason) = (ToMonotonic(eventData.TimeStamp), Convert.ToUInt32(eventData.Payload?[0], CultureInfo.InvariantCulture));
                    break;
                case "GCRestartEEEnd_V1" when _began != 0:
                    bool collection = _reason is ForGc or ForGcPreparation;
                    _pauses.Add(new ReportSpan(collection ? Collection : "runtime suspended", ReportKind.Pause, _began, Math.Max(ToMonotonic(eventData.TimeStamp) - _began, 0)));
                    _began = 0;
                    break;
            }
        }
    }

    // The runtime dates its events by the wall clock. The two clocks are read together each time, so that a wall clock that is set does no lasting harm.
    private static long ToMonotonic(DateTime time)
    {
        long monotonic = (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        return monotonic - ((DateTime.UtcNow - time).Ticks * TimeSpan.NanosecondsPerTick);
    }
}
