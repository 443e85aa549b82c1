namespace Instrumentation;

/// <summary>More probes are attached than the process can hold.</summary>
public sealed class ProbeLimitException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="limit">The most probes at a time.</param>
    public ProbeLimitException(int limit)
        : base("The probe cannot be attached", $"{limit} probes are attached already, or were until a few seconds ago.", "Detach some, or observe many methods with one Probe.Methods.") => Limit = limit;

    /// <summary>The most probes at a time.</summary>
    public int Limit { get; }
}
