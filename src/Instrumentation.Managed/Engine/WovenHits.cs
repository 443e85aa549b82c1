namespace Instrumentation.Managed.Engine;

/// <summary>What the hits are that woven code counts by itself.</summary>
internal enum WovenHits
{
    /// <summary>What the probe is there for.</summary>
    Wanted,

    /// <summary>Hits that pass, since there is no condition, and are not reported: the probe is reduced.</summary>
    Suppressed,

    /// <summary>Hits of which the condition was not asked: the probe is reduced.</summary>
    Unasked,
}
