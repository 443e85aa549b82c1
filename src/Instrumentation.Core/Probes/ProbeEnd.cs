namespace Instrumentation;

/// <summary>Why a probe was detached.</summary>
public enum ProbeEnd
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Its handle or its session was disposed.</summary>
    Disposed,

    /// <summary>It had reported as many hits as <see cref="ProbeLimits.Hits"/> allows.</summary>
    HitLimit,

    /// <summary>The time of <see cref="ProbeLimits.Expiry"/> was over.</summary>
    Expiry,
}
