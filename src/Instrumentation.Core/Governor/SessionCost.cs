using System.Globalization;

namespace Instrumentation;

/// <summary>What the probes of a session cost together, over about the last second.</summary>
/// <param name="CpuPercent">Their processor time in percent of one processor, <paramref name="OwnPercent"/> included.</param>
/// <param name="EventsPerSecond">Their events.</param>
/// <param name="BytesPerSecond">The bytes of these events.</param>
/// <param name="OwnPercent">The part of the processor time that the governor takes for itself: reading the counts.</param>
public readonly record struct SessionCost(double CpuPercent, double EventsPerSecond, double BytesPerSecond, double OwnPercent)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{CpuPercent:0.###} % of a processor ({OwnPercent:0.###} % of it the governor's), {EventsPerSecond:N0} events/s, {BytesPerSecond:N0} B/s");
}
