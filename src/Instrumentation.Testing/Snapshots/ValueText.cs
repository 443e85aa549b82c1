namespace Instrumentation.Testing.Snapshots;

/// <summary>
/// Values as text, for messages and golden traces: close to what C# would write. No code of the application runs for it: objects of its types are shown by their fields, which go by
/// the names of their properties, and neither properties nor <c>ToString</c> are called. (Reading a field may initialise
/// its type, if the runtime has not done so yet.)
/// </summary>
internal static class ValueText
{
    /// <summary>The text of a value. It never throws, and is bounded in depth and length.</summary>
    /// <param name="value">The value, or null.</param>
    /// <param name="options">How much is shown; null for the default.</param>
    /// <returns>The text, in one line.</returns>
    public static string Of(object? value, ValueTextOptions? options = null)
    {
        ValueWriter writer = new(options ?? ValueTextOptions.Default);
        writer.Write(value);
        return ObjectSnapshot.IsPartial(value) ? $"{writer} (too large to be copied whole: parts may have changed since)" : writer.ToString();
    }
}
