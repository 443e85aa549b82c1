using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// Where the values that were passed in can be read at the end of a call: in the arguments themselves, or, for those that the body
/// assigns or takes the address of, in locals that are filled at entry.
/// </summary>
internal sealed class ArgumentHomes
{
    private readonly HashSet<int> _changed = [];
    private readonly Dictionary<int, int> _copies = [];
    private readonly LocalsBuilder _locals;
    private readonly MethodImage _image;

    /// <summary>Finds the arguments that a body may change.</summary>
    /// <param name="image">The method.</param>
    /// <param name="body">Its body.</param>
    /// <param name="locals">Where locals for copies are added.</param>
    public ArgumentHomes(MethodImage image, IlBody body, LocalsBuilder locals)
    {
        _image = image;
        _locals = locals;
        foreach (Instruction instruction in body.Instructions)
        {
            if (instruction.OpCode.Code is Code.Starg or Code.Starg_S or Code.Ldarga or Code.Ldarga_S)
            {
                _changed.Add((int)instruction.Operand);
            }
        }
    }

    /// <summary>Saves the operands of hooks at the end of the call that the body may change; to be placed at entry.</summary>
    /// <param name="operands">The operands.</param>
    /// <returns>The instructions.</returns>
    public IEnumerable<Instruction> Save(IEnumerable<HookOperand> operands)
    {
        foreach (int argument in operands.Where(operand => !operand.IsByRef).Select(operand => operand.Argument).Distinct())
        {
            if (argument >= _image.ThisArguments && _changed.Contains(argument) && !_copies.ContainsKey(argument))
            {
                _copies[argument] = _locals.Add(_image.ParameterTypes[argument - _image.ThisArguments]);
                yield return IlBody.Make(OpCodes.Ldarg, argument);
                yield return IlBody.Make(OpCodes.Stloc, _copies[argument]);
            }
        }
    }

    /// <summary>Loads an argument's value.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="atEntry">True where the argument itself still has it.</param>
    /// <returns>The instruction.</returns>
    public Instruction Load(int argument, bool atEntry) =>
        !atEntry && _copies.TryGetValue(argument, out int local) ? IlBody.Make(OpCodes.Ldloc, local) : IlBody.Make(OpCodes.Ldarg, argument);

    /// <summary>Loads the address of an argument's value.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="atEntry">True where the argument itself still has it.</param>
    /// <returns>The instruction.</returns>
    public Instruction LoadAddress(int argument, bool atEntry) =>
        !atEntry && _copies.TryGetValue(argument, out int local) ? IlBody.Make(OpCodes.Ldloca, local) : IlBody.Make(OpCodes.Ldarga, argument);
}
