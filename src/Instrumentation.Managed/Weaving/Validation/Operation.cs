using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>A decoded instruction.</summary>
/// <param name="code">The operation; short and numbered forms as the general one.</param>
/// <param name="offset">Where it is.</param>
/// <param name="operand">Its operand.</param>
internal struct Operation(Code code, int offset, int operand)
{
    /// <summary>
    /// A variable's index, a token, the index of the instruction that a branch goes to, or a switch's number; of no meaning for all others.
    /// </summary>
    public int Operand = operand;

    /// <summary>The operation; short and numbered forms as the general one.</summary>
    public Code Code { get; } = code;

    /// <summary>Where it is.</summary>
    public int Offset { get; } = offset;
}
