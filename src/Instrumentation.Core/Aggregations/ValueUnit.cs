namespace Instrumentation;

/// <summary>What an aggregate's numbers are.</summary>
public enum ValueUnit
{
    /// <summary>Plain numbers.</summary>
    None,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds,
}
