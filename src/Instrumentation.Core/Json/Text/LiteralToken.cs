using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>A scalar of a JSON text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string's text, a number as it is written; empty for true, false and null.</param>
internal readonly record struct LiteralToken(JsonValueKind Kind, string Text)
{
    /// <summary>The literal null.</summary>
    public static LiteralToken Null { get; } = new(JsonValueKind.Null, string.Empty);

    /// <summary>The literal true.</summary>
    public static LiteralToken True { get; } = new(JsonValueKind.True, string.Empty);

    /// <summary>A string.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>The scalar.</returns>
    public static LiteralToken String(string text) => new(JsonValueKind.String, text);

    /// <summary>A number.</summary>
    /// <param name="text">As JSON writes it.</param>
    /// <returns>The scalar.</returns>
    public static LiteralToken Number(string text) => new(JsonValueKind.Number, text);

    /// <summary>Whether JSON can hold a text as a string: no half of a surrogate pair stands alone.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True for valid UTF-16.</returns>
    public static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return false;
            }

            i++;
        }

        return true;
    }
}
