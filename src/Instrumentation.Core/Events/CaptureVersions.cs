using Instrumentation.Expressions;

namespace Instrumentation.Events;

/// <summary>
/// The captures that a probe has had since it was attached. Records of an earlier one may still be under way when a probe is changed, so each record
/// carries the number of its own.
/// </summary>
internal sealed class CaptureVersions
{
    private const int Most = ushort.MaxValue + 1;

    private readonly Lock _gate = new();
    private (CaptureShape? Capture, EventSchema Schema)[] _versions;

    /// <summary>Begins with the capture of the attach, number 0.</summary>
    /// <param name="first">The capture, or null.</param>
    /// <exception cref="ExpressionException">A captured value has a type that cannot be recorded.</exception>
    public CaptureVersions(CaptureShape? first) => _versions = [(first, EventSchema.Of(first))];

    /// <summary>The number of a capture, which is added when the probe has not had it.</summary>
    /// <param name="capture">The capture, or null.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ExpressionException">A captured value has a type that cannot be recorded.</exception>
    /// <exception cref="SpecException">The probe has had too many captures.</exception>
    public int NumberOf(CaptureShape? capture)
    {
        lock (_gate)
        {
            int known = Array.FindIndex(_versions, version => Equals(version.Capture, capture));
            if (known >= 0)
            {
                return known;
            }

            if (_versions.Length == Most)
            {
                throw new SpecException("A further capture", $"the probe has had {Most} different ones.", "Detach it and attach a new one.");
            }

            _versions = [.. _versions, (capture, EventSchema.Of(capture))];
            return _versions.Length - 1;
        }
    }

    /// <summary>What records with a number hold after their header.</summary>
    /// <param name="number">The number, from a record.</param>
    /// <returns>The schema; the empty one for a number that was never given.</returns>
    public EventSchema SchemaOf(int number) => Volatile.Read(ref _versions) is var versions && number < versions.Length ? versions[number].Schema : EventSchema.Empty;

    /// <summary>The capture with a number.</summary>
    /// <param name="number">The number, from a record.</param>
    /// <returns>The capture, or null.</returns>
    public CaptureShape? CaptureOf(int number) => Volatile.Read(ref _versions) is var versions && number < versions.Length ? versions[number].Capture : null;
}
