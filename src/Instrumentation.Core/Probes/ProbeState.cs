namespace Instrumentation;

/// <summary>What a probe can see. A probe is never silently dead.</summary>
public enum ProbeState
{
    /// <summary>Every place that the probe names is observed.</summary>
    Armed,

    /// <summary>Some places are observed; <see cref="ProbeCoverage.Gaps"/> says which are not, and why.</summary>
    Partial,

    /// <summary>Nothing is observed; <see cref="ProbeCoverage.Gaps"/> says why.</summary>
    Blind,

    /// <summary>The probe was detached.</summary>
    Detached,
}
