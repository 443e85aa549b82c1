using System.Globalization;

namespace Instrumentation;

/// <summary>
/// What a probe costs: its hits times what a hit of its kind costs on this machine, which is measured once; kernel probes by the kernel's own measurement of
/// their programs where it may be used. Never more than the processor time that the process really took.
/// </summary>
/// <param name="Total">The processor time since it was attached.</param>
/// <param name="CpuPercent">The processor time of about the last second, in percent of one processor.</param>
/// <param name="HitsPerSecond">The hits of about the last second.</param>
/// <param name="EventsPerSecond">The events of about the last second.</param>
/// <param name="BytesPerSecond">The bytes of these events.</param>
public readonly record struct ProbeCost(TimeSpan Total, double CpuPercent, double HitsPerSecond, double EventsPerSecond, double BytesPerSecond)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{CpuPercent:0.###} % of a processor, {HitsPerSecond:N0} hits/s, {EventsPerSecond:N0} events/s, {BytesPerSecond:N0} B/s, {Total.TotalMilliseconds:N1} ms in all");
}
