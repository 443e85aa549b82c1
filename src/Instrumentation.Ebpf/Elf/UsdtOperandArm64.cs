namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// Operands of arm64 as GNU assemblers write them: <c>5</c>, <c>x0</c>, <c>[x1]</c>, <c>[sp, 12]</c>, <c>[x0, x1, lsl 3]</c>,
/// <c>[x0, w1, sxtw 2]</c>.
/// </summary>
internal static class UsdtOperandArm64
{
    private const int StackPointer = 248;

    /// <summary>Reads an operand.</summary>
    /// <param name="text">The operand.</param>
    /// <param name="argument">The argument with what stands before the operand.</param>
    /// <returns>The argument with the operand; null if it is not of the grammar.</returns>
    public static UsdtArgument? Parse(ReadOnlySpan<char> text, UsdtArgument argument)
    {
        var rest = new UsdtText(text);
        if (rest.Take('['))
        {
            return ParseMemory(ref rest, argument with { Kind = UsdtArgumentKind.Memory }) is { } memory && rest.IsAtEnd ? memory : null;
        }

        if (rest.Next is '#' or '-' or (>= '0' and <= '9'))
        {
            rest.Take('#');
            return rest.TakeNumber(out long number) && rest.IsAtEnd ? argument with { Value = number } : null;
        }

        ReadOnlySpan<char> name = rest.TakeWord();
        if (name is "xzr" or "wzr" && rest.IsAtEnd)
        {
            return argument with { Value = 0, Size = argument.Size != 0 ? argument.Size : 8 };
        }

        return RegisterOf(name) is { } register && rest.IsAtEnd ? argument with { Kind = UsdtArgumentKind.Register, Register = register } : null;
    }

    private static UsdtArgument? ParseMemory(ref UsdtText rest, UsdtArgument argument)
    {
        rest.SkipSpaces();
        if (RegisterOf(rest.TakeWord()) is not { IsReadable: true, Size: 8 } register)
        {
            return null;
        }

        argument = argument with { Register = register };
        rest.SkipSpaces();
        if (rest.Take(','))
        {
            rest.SkipSpaces();
            if (rest.Next is '#' or '-' or (>= '0' and <= '9'))
            {
                rest.Take('#');
                if (!rest.TakeNumber(out long number))
                {
                    return null;
                }

                argument = argument with { Value = number };
            }
            else if (ParseIndex(ref rest, argument) is { } indexed)
            {
                argument = indexed;
            }
            else
            {
                return null;
            }
        }

        rest.SkipSpaces();
        return rest.Take(']') ? argument : null;
    }

    private static UsdtArgument? ParseIndex(ref UsdtText rest, UsdtArgument argument)
    {
        if (RegisterOf(rest.TakeWord()) is not { IsReadable: true, Size: >= 4 } index)
        {
            return null;
        }

        argument = argument with { Index = index };
        rest.SkipSpaces();
        if (!rest.Take(','))
        {
            // Half a register is an index only with the word that says how it is widened.
            return index.Size == 8 ? argument : null;
        }

        rest.SkipSpaces();
        ReadOnlySpan<char> how = rest.TakeWord();
        bool isWhole = how is "lsl" or "sxtx" or "uxtx";
        if (isWhole ? index.Size != 8 : how is not ("sxtw" or "uxtw") || index.Size != 4)
        {
            return null;
        }

        rest.SkipSpaces();
        rest.Take('#');
        if (!rest.TakeNumber(out long shift))
        {
            return how is "lsl" ? null : argument with { IndexIsSigned = how is "sxtw" };
        }

        return shift is >= 0 and <= 4 ? argument with { Scale = 1 << (int)shift, IndexIsSigned = how is "sxtw" } : null;
    }

    private static UsdtRegister? RegisterOf(ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "sp": return new UsdtRegister("sp", StackPointer, 8, 0);
            case "wsp": return new UsdtRegister("wsp", StackPointer, 4, 0);
            case "lr": return new UsdtRegister("lr", 30 * 8, 8, 0);
            case "fp": return new UsdtRegister("fp", 29 * 8, 8, 0);
            case "pc": return new UsdtRegister("pc", StackPointer + 8, 8, 0);
        }

        if (name.Length is < 2 or > 3 || !char.IsAsciiDigit(name[1]) || (name.Length == 3 && (name[1] == '0' || !char.IsAsciiDigit(name[2]))))
        {
            return null;
        }

        int number = name.Length == 2 ? name[1] - '0' : ((name[1] - '0') * 10) + name[2] - '0';
        return name[0] switch
        {
            'x' when number <= 30 => new UsdtRegister(name.ToString(), number * 8, 8, 0),
            'w' when number <= 30 => new UsdtRegister(name.ToString(), number * 8, 4, 0),
            'v' or 'q' when number <= 31 => new UsdtRegister(name.ToString(), -1, 16, 0),
            'd' when number <= 31 => new UsdtRegister(name.ToString(), -1, 8, 0),
            's' when number <= 31 => new UsdtRegister(name.ToString(), -1, 4, 0),
            'h' when number <= 31 => new UsdtRegister(name.ToString(), -1, 2, 0),
            'b' when number <= 31 => new UsdtRegister(name.ToString(), -1, 1, 0),
            _ => null,
        };
    }
}
