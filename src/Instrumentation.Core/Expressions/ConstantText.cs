using System.Globalization;

namespace Instrumentation.Expressions;

/// <summary>Constants as C# writes them.</summary>
internal static class ConstantText
{
    private const int LongestString = 40;

    /// <summary>A constant's text.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public static string Of(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        string text => $"\"{Escape(text.Length <= LongestString ? text : text[..LongestString] + "…")}\"",
        char letter => $"'{Escape(letter.ToString())}'",
        Enum named => Enum.IsDefined(named.GetType(), named) ? $"{TypeText.Of(named.GetType())}.{named}" : $"({TypeText.Of(named.GetType())}){named:D}",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + (number == Math.Floor(number) && Math.Abs(number) < 1e15 ? ".0" : string.Empty),
        TimeSpan duration => $"TimeSpan({duration.ToString("c", CultureInfo.InvariantCulture)})",
        Type type => $"typeof({TypeText.Of(type)})",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "m",
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"({TypeText.Of(value.GetType())})",
    };

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal);
}
