using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The general forms of short operations and of those that hold their operand in themselves, so that the rules know only the former.</summary>
internal static class GeneralForms
{
    private static readonly (Code Code, int Operand)[] Forms = [.. Enum.GetValues<Code>().Select(Find)];

    /// <summary>The general form of an operation.</summary>
    /// <param name="code">The operation.</param>
    /// <returns>The general form, and the operand that the operation holds, or 0.</returns>
    public static (Code Code, int Operand) Of(Code code) => Forms[(int)code];

    // By name: Ldarg_0, Ldarg_S and Br_S are forms of Ldarg, Ldarg and Br; Ldc_I4_0 and the like are one thing to the stack anyway.
    private static (Code Code, int Operand) Find(Code code)
    {
        string name = code.ToString();
        int end = name.LastIndexOf('_');
        if (end > 0 && Enum.TryParse(name[..end], out Code general))
        {
            string form = name[(end + 1)..];
            if (form is "S" or "0" or "1" or "2" or "3" or "4" or "5" or "6" or "7" or "8" or "M1")
            {
                return (general, int.TryParse(form, out int operand) ? operand : 0);
            }
        }

        return (code, 0);
    }
}
