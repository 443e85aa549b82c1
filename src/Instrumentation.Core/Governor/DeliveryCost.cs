using Instrumentation.Events;

namespace Instrumentation.Governor;

/// <summary>What it takes to bring events from the rings to their readers, learned from the pump while it does.</summary>
internal sealed class DeliveryCost
{
    // A typical figure to begin with, and the most that is believed: the pump may be held up by other threads.
    private const double Typical = 0.5;
    private const double Most = 2;
    private const long EnoughBytes = 64 * 1024;
    private const double Weight = 0.2;

    private (long Nanoseconds, long Bytes) _last = EventPump.Shared.Work;

    /// <summary>Nanoseconds for a byte of events.</summary>
    public double PerByte { get; private set; } = Typical;

    /// <summary>Learns from what was done since the last time.</summary>
    public void Learn()
    {
        (long nanoseconds, long bytes) = EventPump.Shared.Work;
        if (bytes - _last.Bytes >= EnoughBytes)
        {
            PerByte += (Math.Min(Most, (double)(nanoseconds - _last.Nanoseconds) / (bytes - _last.Bytes)) - PerByte) * Weight;
            _last = (nanoseconds, bytes);
        }
    }
}
