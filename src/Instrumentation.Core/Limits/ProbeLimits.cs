namespace Instrumentation;

/// <summary>
/// How much of what passes the condition a probe reports, and for how long. What a limit turns away is counted in <see cref="ProbeStatistics.Suppressed"/>.
/// The limits hold for all threads together, except <see cref="SampleEvery"/>, which each thread, or for kernel probes each processor, counts for itself.
/// </summary>
public sealed record ProbeLimits
{
    /// <summary>No limit.</summary>
    public static ProbeLimits None { get; } = new();

    /// <summary>Each thread (in the kernel, each processor) reports its first hit and then every so many-th; 1 reports all.</summary>
    public int SampleEvery { get; init; } = 1;

    /// <summary>The most hits per second that are reported, a tenth of them at once at most (and at least one); null for any number.</summary>
    public double? PerSecond { get; init; }

    /// <summary>The most hits that are reported before the probe detaches itself, exactly; null for any number.</summary>
    public long? Hits { get; init; }

    /// <summary>How long after its attach the probe detaches itself; null for never.</summary>
    public TimeSpan? Expiry { get; init; }

    /// <summary>Whether hooks have anything to decide: the expiry is none of their business.</summary>
    internal bool AreDecidedByHooks => SampleEvery > 1 || PerSecond is not null || Hits is not null;
}
