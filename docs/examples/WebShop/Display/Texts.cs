using System.Globalization;
using System.Text.RegularExpressions;

namespace WebShop.Display;

/// <summary>How numbers, times and names are written. The same in every culture.</summary>
public static partial class Texts
{
    /// <summary>A whole number with separators.</summary>
    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds with two decimals.</summary>
    public static string Milliseconds(TimeSpan value) => value.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>A percentage with one decimal.</summary>
    public static string Percent(double value) => value.ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A duration in its own unit.</summary>
    public static string Span(TimeSpan value) => Nanoseconds(value.TotalNanoseconds);

    /// <summary>Nanoseconds in the unit that suits them.</summary>
    public static string Nanoseconds(double value) => Math.Abs(value) switch
    {
        < 1e3 => Unit(value, "ns"),
        < 1e6 => Unit(value / 1e3, "µs"),
        < 1e9 => Unit(value / 1e6, "ms"),
        _ => Unit(value / 1e9, "s"),
    };

    /// <summary>A text on one line, cut at a length.</summary>
    public static string OneLine(string text, int length)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= length ? line : line[..(length - 1)] + '…';
    }

    /// <summary>
    /// A method without its namespace, <c>OrderService::PlaceAsync</c> for <c>WebShop.Shop.OrderService::PlaceAsync</c>, and a local function with the
    /// name that the source gave it.
    /// </summary>
    public static string ShortMethod(string name)
    {
        int method = name.IndexOf("::", StringComparison.Ordinal);
        return LocalFunction().Replace(name[(name.LastIndexOf('.', Math.Max(method, 0)) + 1)..], "$1.$2");
    }

    /// <summary>A type without its namespace.</summary>
    public static string ShortType(string name) => name[(name.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"<(\w+)>g__(\w+)\|[\d_]+")]
    private static partial Regex LocalFunction();

    private static string Unit(double value, string unit) =>
        $"{value.ToString(value >= 100 ? "F0" : "0.#", CultureInfo.InvariantCulture)} {unit}";
}
