using System.Globalization;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The text of one argument while it is read from left to right.</summary>
/// <param name="text">The text.</param>
internal ref struct UsdtText(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsAtEnd => _at >= _text.Length;

    /// <summary>The next character; a zero at the end.</summary>
    public readonly char Next => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads one character if it is the next.</summary>
    /// <param name="wanted">The character.</param>
    /// <returns>True if it was.</returns>
    public bool Take(char wanted)
    {
        if (Next != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Reads over spaces.</summary>
    public void SkipSpaces()
    {
        while (Next is ' ' or '\t')
        {
            _at++;
        }
    }

    /// <summary>Reads a word: letters, digits and what may stand in the names of symbols.</summary>
    /// <returns>The word; empty if there is none.</returns>
    public ReadOnlySpan<char> TakeWord()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Next) || Next is '_' or '.' or '$' or '@')
        {
            _at++;
        }

        return _text[start.._at];
    }

    /// <summary>Reads a whole number, decimal or with 0x in hexadecimal digits.</summary>
    /// <param name="number">The number; one above the largest signed one wraps around, as the assembler's do.</param>
    /// <returns>False if none is next, or it has more than 64 bits: then nothing was read.</returns>
    public bool TakeNumber(out long number)
    {
        int start = _at;
        bool isNegative = Take('-');
        if (!isNegative)
        {
            Take('+');
        }

        bool isHex = Next == '0' && _at + 1 < _text.Length && _text[_at + 1] is 'x' or 'X';
        if (isHex)
        {
            _at += 2;
        }

        int digits = _at;
        while (isHex ? char.IsAsciiHexDigit(Next) : char.IsAsciiDigit(Next))
        {
            _at++;
        }

        if (_at > digits
            && ulong.TryParse(_text[digits.._at], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
        {
            number = unchecked(isNegative ? -(long)value : (long)value);
            return true;
        }

        _at = start;
        number = 0;
        return false;
    }

    /// <summary>Reads a sum of numbers and at most one symbol, for example <c>-8</c>, <c>sym+16</c>, <c>4+sym</c>.</summary>
    /// <param name="number">The sum of the numbers.</param>
    /// <param name="symbol">The symbol; null for none.</param>
    /// <returns>False if there is no sum, or it has two symbols.</returns>
    public bool TakeSum(out long number, out string? symbol)
    {
        number = 0;
        symbol = null;
        bool any = false;
        while (true)
        {
            if (TakeNumber(out long term))
            {
                number = unchecked(number + term);
            }
            else
            {
                if (any && !Take('+'))
                {
                    return true;
                }

                ReadOnlySpan<char> word = TakeWord();
                if (word.IsEmpty || char.IsAsciiDigit(word[0]) || symbol is not null)
                {
                    return false;
                }

                symbol = word.ToString();
            }

            any = true;
            if (Next is not ('+' or '-'))
            {
                return true;
            }
        }
    }
}
