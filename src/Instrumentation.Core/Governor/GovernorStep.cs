namespace Instrumentation;

/// <summary>A step of the overhead governor: a probe was reduced, or restored.</summary>
/// <param name="Timestamp">When, in nanoseconds of CLOCK_MONOTONIC: the clock of all events.</param>
/// <param name="Probe">The probe.</param>
/// <param name="From">What it did before.</param>
/// <param name="To">What it does now.</param>
/// <param name="Every">Of how many hits one is reported now, besides what the spec's own limits say; 1 unless it is <see cref="ProbeLevel.Sampled"/>.</param>
/// <param name="Reason">Why, in words and figures.</param>
public sealed record GovernorStep(long Timestamp, ProbeHandle Probe, ProbeLevel From, ProbeLevel To, int Every, string Reason)
{
    /// <summary>Whether the probe does less than before.</summary>
    public bool IsDown { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Probe.Name} {(IsDown ? "reduced" : "restored")} from {From} to {(To == ProbeLevel.Sampled ? $"1 of {Every}" : To)}: {Reason}";
}
