namespace Instrumentation.Backends;

/// <summary>Whether something is possible here.</summary>
public enum CapabilityAnswer
{
    /// <summary>It is possible.</summary>
    Yes,

    /// <summary>It is not possible.</summary>
    No,

    /// <summary>It could not be determined.</summary>
    Undetermined,
}

/// <summary>One thing that this process may or may not let a backend do.</summary>
/// <param name="Name">What it is called, for example <c>managed.rejit</c>.</param>
/// <param name="Answer">Whether it is possible.</param>
/// <param name="Minimum">The least that it needs.</param>
/// <param name="Mend">What would make it possible; empty when it is.</param>
public sealed record Capability(string Name, CapabilityAnswer Answer, string Minimum, string Mend);
