namespace Instrumentation.Governor;

/// <summary>How far a probe is reduced.</summary>
/// <param name="Level">The level.</param>
/// <param name="Every">For <see cref="ProbeLevel.Sampled"/>: of how many hits that the spec would report one is reported; 1 otherwise.</param>
internal readonly record struct ProbeReduction(ProbeLevel Level, int Every = 1)
{
    /// <summary>Not reduced.</summary>
    public static ProbeReduction None => default(ProbeReduction) with { Every = 1 };

    /// <summary>Out of the code.</summary>
    public static ProbeReduction Off => new(ProbeLevel.Off);

    /// <summary>Counting.</summary>
    public static ProbeReduction Counted => new(ProbeLevel.Counted);

    /// <summary>Reports one of so many.</summary>
    /// <param name="every">2 or more.</param>
    /// <returns>The reduction.</returns>
    public static ProbeReduction Sampled(int every) => new(ProbeLevel.Sampled, every);

    /// <summary>What a sampled probe is attached as: the spec with its sampling made rarer.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The reduced spec.</returns>
    public ProbeSpec Sample(ProbeSpec spec) =>
        Every <= 1 ? spec : spec with { Limits = spec.Limits with { SampleEvery = (int)Math.Min((long)spec.Limits.SampleEvery * Every, int.MaxValue) } };

    /// <inheritdoc/>
    public override string ToString() => Level switch
    {
        ProbeLevel.Full => "full",
        ProbeLevel.Sampled => $"1 of {Every}",
        ProbeLevel.Counted => "a count",
        _ => "off",
    };
}
