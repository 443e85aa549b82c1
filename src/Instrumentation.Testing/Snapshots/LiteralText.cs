using System.Globalization;
using System.Text;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Simple values as C# writes them.</summary>
internal static class LiteralText
{
    /// <summary>A number, truth value, character, enum, time or other simple value of .NET.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text; null when the value is of another kind.</returns>
    public static string? Of(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        char character => Quote(character.ToString(), '\''),
        Enum constant => Of(constant),
        int or short or ushort or byte or sbyte or nint or nuint => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        uint number => $"{number.ToString(CultureInfo.InvariantCulture)}u",
        long number => $"{number.ToString(CultureInfo.InvariantCulture)}L",
        ulong number => $"{number.ToString(CultureInfo.InvariantCulture)}UL",
        decimal number => $"{number.ToString(CultureInfo.InvariantCulture)}m",
        float number => $"{number.ToString("R", CultureInfo.InvariantCulture)}f",
        double number => Of(number),
        DateTime time => Iso(time.ToString("O", CultureInfo.InvariantCulture)),
        DateTimeOffset time => Iso(time.ToString("O", CultureInfo.InvariantCulture)),
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => Iso(time.ToString("O", CultureInfo.InvariantCulture)),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Guid id => id.ToString("D"),
        _ => null,
    };

    /// <summary>A text in quotes; what cannot be seen is escaped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maximum">Characters after which it is cut.</param>
    /// <returns>The literal, with the length behind it when it was cut.</returns>
    public static string Of(ReadOnlySpan<char> text, int maximum)
    {
        if (text.Length <= maximum)
        {
            return Quote(text, '"');
        }

        // A pair of surrogates is not torn apart.
        int kept = maximum > 0 && char.IsHighSurrogate(text[maximum - 1]) ? maximum - 1 : maximum;
        string cut = Quote(text[..kept], '"');
        return string.Create(CultureInfo.InvariantCulture, $"{cut[..^1]}…\" ({text.Length} characters)");
    }

    private static string Of(Enum constant)
    {
        string type = TypeText.Of(constant.GetType());
        string names = constant.ToString();
        return names[0] is '-' or (>= '0' and <= '9') ? $"({type}){names}" : $"{type}.{names.Replace(", ", $" | {type}.", StringComparison.Ordinal)}";
    }

    private static string Of(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAnyExcept("-0123456789") ? text : $"{text}.0";
    }

    // Zeros behind the seconds say nothing.
    private static string Iso(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return text;
        }

        int end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        string fraction = text[point..end].TrimEnd('0');
        return $"{text[..point]}{(fraction.Length > 1 ? fraction : string.Empty)}{text[end..]}";
    }

    private static string Quote(ReadOnlySpan<char> text, char quote)
    {
        StringBuilder builder = new(text.Length + 2);
        builder.Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            bool paired = char.IsHighSurrogate(character) ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) : char.IsLowSurrogate(character) && i > 0 && char.IsHighSurrogate(text[i - 1]);
            _ = character switch
            {
                '\\' => builder.Append(@"\\"),
                '\n' => builder.Append(@"\n"),
                '\r' => builder.Append(@"\r"),
                '\t' => builder.Append(@"\t"),
                '\0' => builder.Append(@"\0"),
                _ when character == quote => builder.Append('\\').Append(character),
                _ when (char.IsSurrogate(character) && !paired) || IsInvisible(character) => builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => builder.Append(character),
            };
        }

        return builder.Append(quote).ToString();
    }

    private static bool IsInvisible(char character) => char.GetUnicodeCategory(character) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || (char.GetUnicodeCategory(character) == UnicodeCategory.SpaceSeparator && character != ' ');
}
