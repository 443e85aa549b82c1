using Instrumentation.Backends;

namespace Instrumentation;

/// <summary>A place exists, but this kernel, these rights or these mounts do not let it be probed: says which capabilities are missing, and what would help.</summary>
public sealed class MissingCapabilityException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="place">The place.</param>
    /// <param name="why">What is missing, in words.</param>
    /// <param name="mend">What would help.</param>
    /// <param name="missing">The capabilities of which one would do.</param>
    internal MissingCapabilityException(string place, string why, string mend, IReadOnlyList<Capability> missing)
        : base($"The {place} cannot be probed here", why, mend) => (Place, Missing) = (place, missing);

    /// <summary>The place.</summary>
    public string Place { get; }

    /// <summary>The capabilities that are missing, of which one would do.</summary>
    public IReadOnlyList<Capability> Missing { get; }
}
