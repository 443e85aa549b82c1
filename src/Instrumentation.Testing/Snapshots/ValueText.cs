using System.Reflection;

namespace Instrumentation.Testing.Snapshots;

/// <summary>
/// Values as text, for messages and golden traces: close to what C# would write. No code of the application runs for it: objects of its types are shown by their fields, which go by
/// the names of their properties, and neither properties nor <c>ToString</c> are called.
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

    /// <summary>A call as text: <c>Cache.Put("order:7", Order { … })</c>, <c>new Order("7")</c>, <c>Clock.UtcNow</c>, <c>Options.Name = "x"</c>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">How much of each is shown; null for the default.</param>
    /// <returns>The text, in one line.</returns>
    public static string OfCall(MethodBase method, IReadOnlyList<object?> arguments, ValueTextOptions? options = null)
    {
        string name = TypeText.Of(method);
        string[] texts = [.. arguments.Select(argument => Of(argument, options))];
        if (method.IsSpecialName && method.Name.StartsWith("get_", StringComparison.Ordinal))
        {
            return texts.Length == 0 ? name : Indexed(name, texts);
        }

        if (method.IsSpecialName && method.Name.StartsWith("set_", StringComparison.Ordinal) && texts.Length > 0)
        {
            return $"{(texts.Length == 1 ? name : Indexed(name, texts[..^1]))} = {texts[^1]}";
        }

        return $"{name}({string.Join(", ", texts)})";
    }

    private static string Indexed(string name, string[] texts) => $"{(name.EndsWith(".Item", StringComparison.Ordinal) ? name[..^5] : name)}[{string.Join(", ", texts)}]";
}
