using System.Globalization;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>What names places of a library: a symbol, a symbol and an offset into it, a pattern over symbols, or an offset in the file.</summary>
/// <param name="Symbol">The symbol or pattern; null for an offset in the file.</param>
/// <param name="Offset">Bytes from the symbol, or from the beginning of the file; null for the function as a whole.</param>
internal readonly record struct FunctionName(string? Symbol, ulong? Offset)
{
    /// <summary>Whether it means all symbols that match.</summary>
    public bool IsPattern => Symbol is not null && NamePattern.IsPattern(Symbol);

    /// <summary>Reads a name.</summary>
    /// <param name="text"><c>malloc</c>, <c>malloc+0x14</c>, <c>malloc*</c>, <c>0x9d640</c>.</param>
    /// <returns>What it means.</returns>
    /// <exception cref="SpecException">The text is none of these.</exception>
    public static FunctionName Parse(string text)
    {
        if (char.IsAsciiDigit(text.FirstOrDefault()))
        {
            return new FunctionName(null, Number(text, text));
        }

        int plus = text.LastIndexOf('+');
        FunctionName name = plus < 0 ? new FunctionName(text, null) : new FunctionName(text[..plus], Number(text[(plus + 1)..], text));
        return name.Symbol!.Length == 0 || name.Symbol.AsSpan().ContainsAny(' ', '\0') || (name.IsPattern && name.Offset is not null)
            ? throw Wrong(text, name.IsPattern ? "a pattern has no offset." : "it names no symbol.")
            : name;
    }

    private static ulong Number(string digits, string text)
    {
        bool isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(digits.AsSpan(isHex ? 2 : 0), isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw Wrong(text, $"'{digits}' is no offset.");
    }

    private static SpecException Wrong(string text, string why) =>
        new($"The function '{text}'", why, "Write a symbol (malloc), a symbol and an offset (malloc+0x14), a pattern (malloc*), or an offset in the file (0x9d640).");
}
