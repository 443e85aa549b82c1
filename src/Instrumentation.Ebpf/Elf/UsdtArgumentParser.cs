using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// Reads the arguments of a USDT place: <c>[-]size[f]@operand</c>, separated by spaces, the operand as the assembler of the processor
/// writes it.
/// </summary>
internal static class UsdtArgumentParser
{
    private const int MostArguments = 64;

    /// <summary>Reads the arguments.</summary>
    /// <param name="text">The text, for example <c>-4@%eax 8@-8(%rbp)</c>.</param>
    /// <param name="machine">The processor.</param>
    /// <param name="file">The file, for errors.</param>
    /// <param name="offset">Where the note is in the file, for errors.</param>
    /// <returns>One record for each argument; none for a place without arguments.</returns>
    /// <exception cref="BadFileException">The text is not of the grammar, or the processor's is not known.</exception>
    public static IReadOnlyList<UsdtArgument> Parse(string text, ElfMachine machine, string file, long offset)
    {
        if (machine is not (ElfMachine.X64 or ElfMachine.Arm64))
        {
            throw new BadFileException(file, "an SDT note", offset, $"the operands of processor {(int)machine} cannot be read.", "Probe a file for x86-64 or arm64.");
        }

        var arguments = new List<UsdtArgument>();
        for (int at = 0; NextOf(text, ref at) is { Length: > 0 } next;)
        {
            if (arguments.Count == MostArguments)
            {
                throw new BadFileException(file, "an SDT note", offset, $"it has more than {MostArguments} arguments.");
            }

            if (!TryParse(next, machine, out UsdtArgument? argument))
            {
                throw new BadFileException(
                    file,
                    "an SDT note",
                    offset,
                    $"the argument '{Shortened(next)}' is not of the form [-]size@operand.",
                    "Probe the place without its arguments, or report the text if the program's compiler is right.");
            }

            arguments.Add(argument);
        }

        return arguments;
    }

    /// <summary>Reads one argument.</summary>
    /// <param name="text">The text of it.</param>
    /// <param name="machine">The processor, one of those that are known.</param>
    /// <param name="argument">The record.</param>
    /// <returns>False if the text is not of the grammar.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, ElfMachine machine, [NotNullWhen(true)] out UsdtArgument? argument)
    {
        argument = null;
        ReadOnlySpan<char> operand = text;
        var read = new UsdtArgument(UsdtArgumentKind.Constant, 0, false, false, text.ToString());
        int at = text.IndexOf('@');
        if (at > 0 && TryParseSize(text[..at], out int size, out bool isSigned, out bool isFloat))
        {
            read = read with { Size = size, IsSigned = isSigned, IsFloat = isFloat };
            operand = text[(at + 1)..];
        }

        UsdtArgument? whole = machine == ElfMachine.X64 ? UsdtOperandX64.Parse(operand, read) : UsdtOperandArm64.Parse(operand, read);
        if (whole is null)
        {
            return false;
        }

        // Old notes have no size: then it is that of the register, or of an address.
        argument = whole.Size != 0 ? whole : whole with { Size = whole.Kind == UsdtArgumentKind.Register ? Math.Min(whole.Register!.Value.Size, 8) : 8 };
        return true;
    }

    private static bool TryParseSize(ReadOnlySpan<char> text, out int size, out bool isSigned, out bool isFloat)
    {
        isSigned = text.StartsWith('-');
        isFloat = text.EndsWith('f');
        ReadOnlySpan<char> digits = text[(isSigned ? 1 : 0)..^(isFloat ? 1 : 0)];
        size = digits switch { "1" => 1, "2" => 2, "4" => 4, "8" => 8, "16" => 16, _ => 0 };
        return size != 0;
    }

    // Spaces separate arguments, except inside of brackets: arm64 writes [sp, 12].
    private static ReadOnlySpan<char> NextOf(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        int start = at, depth = 0;
        while (at < text.Length && (depth > 0 || text[at] is not (' ' or '\t')))
        {
            depth += text[at] switch { '(' or '[' => 1, ')' or ']' => -1, _ => 0 };
            at++;
        }

        return text.AsSpan(start, at - start);
    }

    private static string Shortened(ReadOnlySpan<char> text) => text.Length <= 80 ? text.ToString() : $"{text[..80]}...";
}
