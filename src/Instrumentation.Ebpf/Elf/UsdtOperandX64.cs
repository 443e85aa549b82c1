namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// Operands of x86-64 as GNU assemblers write them: <c>$5</c>, <c>%eax</c>, <c>-8(%rbp)</c>, <c>(%rax,%rbx,8)</c>, <c>sym+4(%rip)</c>,
/// <c>%fs:16</c>.
/// </summary>
internal static class UsdtOperandX64
{
    private const int InstructionPointer = 128;

    // The 64-bit name, its 32-, 16- and 8-bit names, and where struct pt_regs has it.
    private static readonly (string R64, string R32, string R16, string R8, int Offset)[] General =
    [
        ("rax", "eax", "ax", "al", 80),
        ("rbx", "ebx", "bx", "bl", 40),
        ("rcx", "ecx", "cx", "cl", 88),
        ("rdx", "edx", "dx", "dl", 96),
        ("rsi", "esi", "si", "sil", 104),
        ("rdi", "edi", "di", "dil", 112),
        ("rbp", "ebp", "bp", "bpl", 32),
        ("rsp", "esp", "sp", "spl", 152),
        ("r8", "r8d", "r8w", "r8b", 72),
        ("r9", "r9d", "r9w", "r9b", 64),
        ("r10", "r10d", "r10w", "r10b", 56),
        ("r11", "r11d", "r11w", "r11b", 48),
        ("r12", "r12d", "r12w", "r12b", 24),
        ("r13", "r13d", "r13w", "r13b", 16),
        ("r14", "r14d", "r14w", "r14b", 8),
        ("r15", "r15d", "r15w", "r15b", 0),
        ("rip", "eip", "ip", string.Empty, InstructionPointer),
    ];

    private static readonly Dictionary<string, UsdtRegister> Registers = MakeRegisters();
    private static readonly Dictionary<string, UsdtRegister>.AlternateLookup<ReadOnlySpan<char>> ByName = Registers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads an operand.</summary>
    /// <param name="text">The operand.</param>
    /// <param name="argument">The argument with what stands before the operand.</param>
    /// <returns>The argument with the operand; null if it is not of the grammar.</returns>
    public static UsdtArgument? Parse(ReadOnlySpan<char> text, UsdtArgument argument)
    {
        var rest = new UsdtText(text);
        if (rest.Take('$'))
        {
            return rest.TakeSum(out long number, out string? symbol) && rest.IsAtEnd
                ? argument with { Kind = symbol is null ? UsdtArgumentKind.Constant : UsdtArgumentKind.SymbolAddress, Value = number, Symbol = symbol }
                : null;
        }

        if (rest.Take('%'))
        {
            ReadOnlySpan<char> name = rest.TakeWord();
            if (rest.IsAtEnd)
            {
                return ByName.TryGetValue(name, out UsdtRegister register) ? argument with { Kind = UsdtArgumentKind.Register, Register = register } : null;
            }

            if (name is not ("fs" or "gs" or "cs" or "ds" or "es" or "ss") || !rest.Take(':'))
            {
                return null;
            }

            // The other segments begin at zero in 64-bit programs.
            argument = name is "fs" or "gs" ? argument with { Segment = name.ToString() } : argument;
        }

        return ParseMemory(rest, argument with { Kind = UsdtArgumentKind.Memory });
    }

    private static UsdtArgument? ParseMemory(UsdtText rest, UsdtArgument argument)
    {
        if (rest.Next != '(')
        {
            if (!rest.TakeSum(out long number, out string? symbol))
            {
                return null;
            }

            argument = argument with { Value = number, Symbol = symbol, Kind = symbol is null ? UsdtArgumentKind.Memory : UsdtArgumentKind.SymbolMemory };
            if (rest.IsAtEnd)
            {
                return argument;
            }
        }

        if (!rest.Take('(') || ParseRegisters(ref rest, argument) is not { } whole || !rest.IsAtEnd)
        {
            return null;
        }

        // A symbol relative to the instruction pointer is the symbol's address; any other register beside a symbol is not written by
        // compilers of 64-bit code.
        if (whole.Symbol is not null)
        {
            return whole is { Register.Offset: InstructionPointer, Index: null } ? whole with { Register = null } : null;
        }

        return whole;
    }

    private static UsdtArgument? ParseRegisters(ref UsdtText rest, UsdtArgument argument)
    {
        rest.SkipSpaces();
        if (rest.Next == '%')
        {
            if (TakeRegister(ref rest) is not { } register)
            {
                return null;
            }

            argument = argument with { Register = register };
        }

        rest.SkipSpaces();
        if (rest.Take(','))
        {
            rest.SkipSpaces();
            if (TakeRegister(ref rest) is not { Offset: not InstructionPointer } index)
            {
                return null;
            }

            argument = argument with { Index = index };
            rest.SkipSpaces();
            if (rest.Take(','))
            {
                rest.SkipSpaces();
                if (!rest.TakeNumber(out long scale) || scale is not (1 or 2 or 4 or 8))
                {
                    return null;
                }

                argument = argument with { Scale = (int)scale };
            }
        }

        rest.SkipSpaces();
        return (argument.Register ?? argument.Index) is not null && rest.Take(')') ? argument : null;
    }

    // Addresses are made of whole registers, or of their lower halves.
    private static UsdtRegister? TakeRegister(ref UsdtText rest) =>
        rest.Take('%') && ByName.TryGetValue(rest.TakeWord(), out UsdtRegister register) && register is { IsReadable: true, Size: >= 4 } ? register : null;

    private static Dictionary<string, UsdtRegister> MakeRegisters()
    {
        var registers = new Dictionary<string, UsdtRegister>(StringComparer.Ordinal);
        foreach ((string r64, string r32, string r16, string r8, int offset) in General)
        {
            registers[r64] = new UsdtRegister(r64, offset, 8, 0);
            registers[r32] = new UsdtRegister(r32, offset, 4, 0);
            registers[r16] = new UsdtRegister(r16, offset, 2, 0);
            if (r8.Length > 0)
            {
                registers[r8] = new UsdtRegister(r8, offset, 1, 0);
            }
        }

        foreach ((string high, int offset) in (ReadOnlySpan<(string, int)>)[("ah", 80), ("bh", 40), ("ch", 88), ("dh", 96)])
        {
            registers[high] = new UsdtRegister(high, offset, 1, 8);
        }

        foreach ((string name, int size) in (ReadOnlySpan<(string, int)>)[("xmm", 16), ("ymm", 32), ("zmm", 64)])
        {
            for (int number = 0; number < 32; number++)
            {
                registers[$"{name}{number}"] = new UsdtRegister($"{name}{number}", -1, size, 0);
            }
        }

        return registers;
    }
}
