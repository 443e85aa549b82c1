namespace Instrumentation;

/// <summary>No loaded place has the name that a probe asks for.</summary>
public sealed class PlaceNotFoundException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="place">The name that was asked for.</param>
    /// <param name="why">Which part of it was not found.</param>
    /// <param name="nearest">The nearest names that exist, best first.</param>
    public PlaceNotFoundException(string place, string why, IReadOnlyList<string> nearest)
        : base(
            $"Nothing named '{place}' can be probed",
            why,
            nearest.Count == 0 ? "Check the spelling, and that what holds it is loaded." : $"Did you mean {string.Join(", or ", nearest)}?") => Nearest = nearest;

    /// <summary>The nearest names that exist, best first; empty when none is near.</summary>
    public IReadOnlyList<string> Nearest { get; }
}
