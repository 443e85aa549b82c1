using System.Diagnostics;
using Instrumentation.Backends.Extending;
using Instrumentation.Events;
using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Backends;

/// <summary>
/// Takes the hits of one probe of a <see cref="ProbeBackend"/>, on the thread where they happen and from any number of threads at once: asks the condition and the limits, and then updates the aggregate
/// or writes an event, which has the present time, the thread and the span that the thread works for. Never throws and never waits. Hits are ignored before the attach has ended, after the detach, and on threads that are inside
/// of the library already.
/// </summary>
public sealed unsafe class ProbeSink
{
    // SAFETY: states are never freed, and each is used by its own thread, between Enter and the guard's end.
    private readonly ProbeRuntime _runtime;
    private readonly SinkCells _cells;
    private readonly string _backend;
    private readonly ProbeSite _place;
    private HitPlan? _plan;

    /// <summary>Makes the sink of a probe. It ignores hits until it has a plan and the probe is open.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    /// <param name="cells">Counts what the source loses.</param>
    /// <param name="backend">The backend's name.</param>
    internal ProbeSink(ProbeRuntime runtime, SinkCells cells, string backend)
    {
        _runtime = runtime;
        _cells = cells;
        _backend = backend;
        _place = SinkPlaces.Find(backend, runtime.Spec.Point.Describe() is { Length: > 0 } name ? name : backend);
    }

    /// <summary>What is attached, as it stands after the last change.</summary>
    public ProbeSpec Spec => _runtime.Spec;

    /// <summary>Whether a hit would be looked at now: worth asking where its values take time to find.</summary>
    public bool IsOpen => Volatile.Read(ref _plan) is not null && Volatile.Read(ref ProbeSlots.Tickets[_runtime.Slot]) == _runtime.Ticket;

    /// <summary>What to do with hits; null for nothing.</summary>
    internal HitPlan? Plan
    {
        set => Volatile.Write(ref _plan, value);
    }

    /// <summary>
    /// A place of the point, for a point that has several: events say at which of them they happened (<see cref="ProbeEvent.Site"/>). The same name gives the same place. Places live as long as the process:
    /// find them when the probe is attached, and have one for what is there, not for what happens.
    /// </summary>
    /// <param name="name">The place in the words that a user would search for.</param>
    /// <returns>The place.</returns>
    public ProbeSite Place(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return SinkPlaces.Find(_backend, name);
    }

    /// <summary>Reports a hit that happens now, at the point itself.</summary>
    /// <param name="arguments">The arguments in the order of <see cref="HitShape.Arguments"/>. One that is missing or of another kind is a fault where an expression reads it.</param>
    public void Report(params ReadOnlySpan<HitValue> arguments) => Send(_place, 0, EventFlags.None, arguments);

    /// <summary>Reports a hit that happens now, at a place of the point.</summary>
    /// <param name="place">The place, from <see cref="Place"/>.</param>
    /// <param name="arguments">The arguments in the order of <see cref="HitShape.Arguments"/>. One that is missing or of another kind is a fault where an expression reads it.</param>
    public void Report(ProbeSite place, params ReadOnlySpan<HitValue> arguments) => Send(place ?? _place, 0, EventFlags.None, arguments);

    /// <summary>Reports something that took a time and ends now.</summary>
    /// <param name="place">The place, from <see cref="Place"/>.</param>
    /// <param name="startedAt">What <see cref="Stopwatch.GetTimestamp"/> gave when it began.</param>
    /// <param name="failed">Whether it failed: <see cref="ProbeEvent.Failed"/>.</param>
    /// <param name="arguments">The arguments in the order of <see cref="HitShape.Arguments"/>. One that is missing or of another kind is a fault where an expression reads it.</param>
    public void ReportCall(ProbeSite place, long startedAt, bool failed, params ReadOnlySpan<HitValue> arguments) =>
        Send(place ?? _place, Math.Max(1, MonotonicClock.Of(startedAt)), failed ? EventFlags.Failed : EventFlags.None, arguments);

    /// <summary>Counts hits that the source could not hand over, so that nobody takes their absence for silence: they are in <see cref="ProbeStatistics.Lost"/> and in <see cref="EventStream.Loss"/>.</summary>
    /// <param name="count">How many, as far as it is known; 0 or less changes nothing.</param>
    public void ReportLost(long count = 1)
    {
        if (count > 0 && IsOpen)
        {
            _cells.Miss(count);
        }
    }

    private void Send(ProbeSite place, long start, EventFlags flags, ReadOnlySpan<HitValue> arguments)
    {
        ThreadState* state = IsOpen ? ThreadStates.Enter() : null;
        if (state == null)
        {
            return;
        }

        try
        {
            // Looked at again inside of the hook: from here on a detach waits for this thread before the slot can go to another probe.
            if (Volatile.Read(ref _plan) is { } plan && Volatile.Read(ref ProbeSlots.Tickets[_runtime.Slot]) == _runtime.Ticket)
            {
                HitInput input = new()
                {
                    Arguments = arguments,
                    Place = place,
                    Start = start,
                    ThreadId = state->ThreadId,
                    Span = ThreadContext.Innermost(state->Context),
                };
                plan.Take(_runtime, state, ref input, flags);
            }
        }
        catch (Exception)
        {
            // An expression that was put together by hand can be of other types than it says. Whose thread this is must not know.
            ReportLost();
        }
        finally
        {
            Volatile.Write(ref state->Guard, ThreadState.Outside);
        }
    }
}
