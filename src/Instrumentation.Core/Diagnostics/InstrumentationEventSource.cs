using System.Diagnostics.Tracing;

namespace Instrumentation.Diagnostics;

/// <summary>What the library itself does, for dotnet-trace and EventListener: the event source "Instrumentation".</summary>
[EventSource(Name = "Instrumentation")]
internal sealed class InstrumentationEventSource : EventSource
{
    private InstrumentationEventSource()
    {
    }

    /// <summary>The one source.</summary>
    public static InstrumentationEventSource Log { get; } = new();

    /// <summary>A probe was attached.</summary>
    /// <param name="probe">Its name.</param>
    /// <param name="state">What it can see.</param>
    [Event(1, Level = EventLevel.Informational, Message = "{0} attached: {1}")]
    public void ProbeAttached(string probe, string state)
    {
        if (IsEnabled())
        {
            WriteEvent(1, probe, state);
        }
    }

    /// <summary>A probe was detached.</summary>
    /// <param name="probe">Its name.</param>
    /// <param name="passed">Hits that passed its condition.</param>
    [Event(2, Level = EventLevel.Informational, Message = "{0} detached after {1} hits")]
    public void ProbeDetached(string probe, long passed)
    {
        if (IsEnabled())
        {
            WriteEvent(2, probe, passed);
        }
    }

    /// <summary>A probe could not be attached.</summary>
    /// <param name="probe">Its name.</param>
    /// <param name="error">Why.</param>
    [Event(3, Level = EventLevel.Warning, Message = "{0} was not attached: {1}")]
    public void AttachFailed(string probe, string error)
    {
        if (IsEnabled())
        {
            WriteEvent(3, probe, error);
        }
    }

    /// <summary>The pump could not finish a round and goes on with the next.</summary>
    /// <param name="error">The exception.</param>
    [Event(4, Level = EventLevel.Error, Message = "the event pump failed: {0}")]
    public void PumpFailed(string error)
    {
        if (IsEnabled())
        {
            WriteEvent(4, error);
        }
    }

    /// <summary>The overhead governor has reduced or restored a probe.</summary>
    /// <param name="probe">Its name.</param>
    /// <param name="from">What it did before.</param>
    /// <param name="to">What it does now.</param>
    /// <param name="reason">Why.</param>
    [Event(5, Level = EventLevel.Warning, Message = "{0} was changed from {1} to {2} by the overhead budget: {3}")]
    public void GovernorStepped(string probe, string from, string to, string reason)
    {
        if (IsEnabled())
        {
            WriteEvent(5, probe, from, to, reason);
        }
    }

    /// <summary>The overhead governor could not finish a look, or change a probe, and goes on with the next.</summary>
    /// <param name="error">The error.</param>
    [Event(6, Level = EventLevel.Error, Message = "the overhead governor failed: {0}")]
    public void GovernorFailed(string error)
    {
        if (IsEnabled())
        {
            WriteEvent(6, error);
        }
    }
}
