using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// A method body as Cecil instructions whose metadata operands stay raw tokens (<see cref="MetadataToken"/>), so that what is not woven is
/// written back with the very tokens that the compiler wrote, for modules with or without a file.
/// Operands: an <see cref="Instruction"/> or array of them for branches, <see cref="int"/> for variables and int32, <see cref="long"/> for
/// int64 and the bits of float64, <see cref="int"/> for the bits of float32.
/// </summary>
internal sealed class IlBody
{
    /// <summary>The instructions in order.</summary>
    public List<Instruction> Instructions { get; } = [];

    /// <summary>The exception clauses, inner before outer.</summary>
    public List<IlHandler> Handlers { get; } = [];

    /// <summary>Stands for the end of the code in clauses; never in <see cref="Instructions"/>.</summary>
    public Instruction End { get; } = Instruction.Create(OpCodes.Nop);

    /// <summary>The most values on the evaluation stack.</summary>
    public int MaxStack { get; set; }

    /// <summary>Whether locals are zeroed at entry.</summary>
    public bool InitLocals { get; set; }

    /// <summary>The token of the signature of the locals; 0 without locals.</summary>
    public int LocalsToken { get; set; }

    /// <summary>Bytes of the code that was read; 0 for a body that was not read.</summary>
    public int OriginalCodeSize { get; set; }

    /// <summary>Makes an instruction with any operand; Cecil's own factories insist on its reference types.</summary>
    /// <param name="opCode">The operation.</param>
    /// <param name="operand">The operand in this body's form, or null.</param>
    /// <returns>The instruction.</returns>
    public static Instruction Make(OpCode opCode, object? operand = null)
    {
        Instruction instruction = Instruction.Create(OpCodes.Nop);
        instruction.OpCode = opCode;
        instruction.Operand = operand;
        return instruction;
    }
}
