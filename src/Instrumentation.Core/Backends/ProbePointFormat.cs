using System.Text.Json;

namespace Instrumentation.Backends;

/// <summary>
/// How the points of a <see cref="ProbeBackend"/> are written and read as JSON: <c>{"point": {"name": value}}</c>, where the value is the format's own. <see cref="ProbeSpecJson.Register"/> makes it known to the process.
/// </summary>
public abstract class ProbePointFormat
{
    /// <summary>The property that says that a point is of this kind; no other kind has it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a point is of this kind.</summary>
    /// <param name="point">The point.</param>
    /// <returns>True when it is.</returns>
    public abstract bool Handles(ProbePoint point);

    /// <summary>Writes a point as one value.</summary>
    /// <param name="point">A point of this kind.</param>
    /// <param name="writer">Takes the value: a string, a number, an object or whatever reads back.</param>
    public abstract void Write(ProbePoint point, Utf8JsonWriter writer);

    /// <summary>Reads a point. Texts come from anywhere: what it throws becomes the reason of a <see cref="ProbeJsonException"/> at the value's place.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The point.</returns>
    public abstract ProbePoint Read(JsonElement value);
}
