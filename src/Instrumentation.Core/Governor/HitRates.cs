namespace Instrumentation.Governor;

/// <summary>What happened at a probe in a second.</summary>
/// <param name="Hits">Hits.</param>
/// <param name="Passed">Hits that the condition let through.</param>
/// <param name="FixedNanoseconds">Processor time that does not depend on the hits: of kernel programs that run where other processes, or other calls, come by.</param>
internal readonly record struct HitRates(double Hits, double Passed, double FixedNanoseconds)
{
    /// <summary>The greater of two, each part for itself.</summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    /// <returns>The greater.</returns>
    public static HitRates Max(HitRates one, HitRates other) =>
        new(Math.Max(one.Hits, other.Hits), Math.Max(one.Passed, other.Passed), Math.Max(one.FixedNanoseconds, other.FixedNanoseconds));
}
