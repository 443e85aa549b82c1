using System.Globalization;

namespace Instrumentation.Json;

/// <summary>Places in a JSON text, as JSONPath writes them.</summary>
internal static class JsonPath
{
    private const int LongestName = 60;

    /// <summary>The step to a property.</summary>
    /// <param name="name">The property's name.</param>
    /// <returns><c>.name</c>, or <c>['name']</c> when it is no identifier.</returns>
    public static string Step(string name)
    {
        bool plain = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
        string text = Shorten(name);
        return plain ? $".{text}" : $"['{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}']";
    }

    /// <summary>The step to an element.</summary>
    /// <param name="index">Its position from 0.</param>
    /// <returns><c>[index]</c>.</returns>
    public static string Step(int index) => string.Create(CultureInfo.InvariantCulture, $"[{index}]");

    /// <summary>A text for a message, cut when it is long.</summary>
    /// <param name="text">The text.</param>
    /// <returns>At most 60 characters of it.</returns>
    public static string Shorten(string text) => text.Length <= LongestName ? text : string.Concat(text.AsSpan(0, LongestName), "…");
}
