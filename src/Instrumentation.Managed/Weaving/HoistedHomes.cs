using System.Reflection;
using Instrumentation.Managed.Points;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// Where the arguments of an async method or iterator are while its state machine runs: in fields. Hooks at the end of a run get what the fields held when
/// the run began, from copies: the code may change them, as it may change arguments.
/// </summary>
internal sealed class HoistedHomes(MethodImage image, LocalsBuilder locals, HoistedFields fields)
{
    private readonly Dictionary<int, int> _copies = [];

    /// <summary>The signature of the type of an argument's field.</summary>
    /// <param name="argument">The argument of the written method.</param>
    /// <returns>The type's bytes, in terms of the state machine's type parameters.</returns>
    public byte[] TypeOf(int argument) => image.Tokens.FieldSignature(fields.Of(argument))[1..];

    /// <summary>Copies arguments for hooks at the end of the run; to be placed at entry.</summary>
    /// <param name="operands">The hooks' operands.</param>
    /// <returns>The instructions.</returns>
    public IReadOnlyList<Instruction> Save(IEnumerable<HookOperand> operands)
    {
        List<Instruction> code = [];
        foreach (int argument in operands.Select(operand => operand.Argument).Where(argument => argument >= 0))
        {
            _copies[argument] = locals.Add(TypeOf(argument));
            code.AddRange(Load(OpCodes.Ldfld, fields.Of(argument)));
            code.Add(IlBody.Make(OpCodes.Stloc, _copies[argument]));
        }

        return code;
    }

    /// <summary>Loads an argument's value, or its address.</summary>
    /// <param name="argument">The argument of the written method.</param>
    /// <param name="address">True for the address.</param>
    /// <param name="atEntry">True to read the field itself; false for the copy.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> Load(int argument, bool address, bool atEntry) => atEntry
        ? Load(address ? OpCodes.Ldflda : OpCodes.Ldfld, fields.Of(argument))
        : [IlBody.Make(address ? OpCodes.Ldloca : OpCodes.Ldloc, _copies[argument])];

    private Instruction[] Load(OpCode opCode, FieldInfo field) =>
        [IlBody.Make(OpCodes.Ldarg, 0), IlBody.Make(opCode, image.Tokens.Field(field))];
}
