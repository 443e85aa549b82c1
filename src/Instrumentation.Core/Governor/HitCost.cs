namespace Instrumentation.Governor;

/// <summary>What a hit costs the thread that makes it, in nanoseconds.</summary>
/// <param name="PerHit">What every hit costs: to reach the probe, and to decide that it is not wanted.</param>
/// <param name="PerReport">What a hit costs besides when it is reported: its event, or the update of the aggregate.</param>
internal readonly record struct HitCost(double PerHit, double PerReport)
{
    /// <summary>The cost of hits.</summary>
    /// <param name="hits">How many there are.</param>
    /// <param name="reported">How many of them are reported.</param>
    /// <returns>Nanoseconds.</returns>
    public double Of(double hits, double reported) => (hits * PerHit) + (reported * PerReport);
}
