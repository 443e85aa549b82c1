namespace Instrumentation;

/// <summary>A name that must mean one place means several, for example a method with overloads.</summary>
public sealed class AmbiguousPlaceException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="place">The name that was asked for.</param>
    /// <param name="candidates">Everything that it could mean, in the form that would select it.</param>
    public AmbiguousPlaceException(string place, IReadOnlyList<string> candidates)
        : base($"'{place}' is ambiguous", $"it could be {string.Join(", or ", candidates)}.", "Name the parameter types, or use Probe.Methods to probe them all.") => Candidates = candidates;

    /// <summary>Everything that the name could mean, in the form that would select it.</summary>
    public IReadOnlyList<string> Candidates { get; }
}
