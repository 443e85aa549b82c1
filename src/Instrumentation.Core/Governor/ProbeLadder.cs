using Instrumentation.Backends;

namespace Instrumentation.Governor;

/// <summary>The levels that a probe can be reduced to, from all that it asks for down to nothing, and what a hit costs at each.</summary>
/// <param name="Rungs">The levels: the first is <see cref="ProbeReduction.None"/>, the last <see cref="ProbeReduction.Off"/>.</param>
/// <param name="Costs">What a hit costs at each.</param>
internal sealed record ProbeLadder(IReadOnlyList<ProbeReduction> Rungs, IReadOnlyList<HitCost> Costs)
{
    // A probe that only counts has nothing between all and nothing, unless a count in the code itself is clearly cheaper.
    private const double WorthACount = 0.8;
    private const int SampleStep = 2;
    private const int RarestSample = 4096;

    /// <summary>The number of levels.</summary>
    public int Count => Rungs.Count;

    /// <summary>The ladder of a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="backend">Who attaches it.</param>
    /// <returns>The ladder.</returns>
    /// <exception cref="InstrumentationException">The backend cannot work here.</exception>
    public static ProbeLadder Of(ProbeSpec spec, IProbeBackend backend)
    {
        List<ProbeReduction> rungs = [ProbeReduction.None];
        if (spec.Aggregation is not CountAggregation)
        {
            for (int every = SampleStep; every <= RarestSample; every *= SampleStep)
            {
                rungs.Add(ProbeReduction.Sampled(every));
            }
        }

        HitCost all = backend.CostOf(spec, ProbeReduction.None);
        if (backend.CostOf(spec, ProbeReduction.Counted).PerHit < all.Of(1, 1) * WorthACount)
        {
            rungs.Add(ProbeReduction.Counted);
        }

        rungs.Add(ProbeReduction.Off);
        return new ProbeLadder(rungs, [.. rungs.Select(rung => rung.Level == ProbeLevel.Off ? default : backend.CostOf(spec, rung))]);
    }

    /// <summary>The hits of a second that are reported at a level.</summary>
    /// <param name="rung">The level's place.</param>
    /// <param name="limits">The spec's own limits.</param>
    /// <param name="passed">The hits of a second that pass the condition.</param>
    /// <returns>The reported ones.</returns>
    public double Reported(int rung, ProbeLimits limits, double passed) => Rungs[rung].Level is ProbeLevel.Counted or ProbeLevel.Off
        ? 0
        : Math.Min(limits.PerSecond ?? double.PositiveInfinity, passed / limits.SampleEvery / Rungs[rung].Every);
}
