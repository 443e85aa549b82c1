namespace Instrumentation.Managed.Engine;

/// <summary>What an attach finds out about what it does not reach.</summary>
/// <param name="gaps">What is known before it: the methods that cannot be woven, with reasons.</param>
internal sealed class Findings(List<CoverageGap> gaps)
{
    /// <summary>The gaps that stay.</summary>
    public List<CoverageGap> Gaps => gaps;

    /// <summary>The gaps that close by themselves.</summary>
    public List<OpenGap> Open { get; } = [];
}
