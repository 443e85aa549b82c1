using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The operations whose effect depends on the values that they find, or on a variable.</summary>
internal sealed class OperandRules(EvaluationStack stack, TokenTypes tokens, StackTypes[] arguments, StackTypes[]? locals)
{
    private const StackTypes Number = StackTypes.Integer | StackTypes.Float | StackTypes.Pointer;

    private readonly NamedRules _named = new(stack, tokens);

    /// <summary>Applies an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="BadIlException">The stack does not hold what it needs, or it names something that there is not.</exception>
    public void Apply(Operation operation)
    {
        switch (operation.Code)
        {
            case Code.Dup:
                StackTypes top = stack.Pop(StackTypes.Unknown);
                stack.Push(top);
                stack.Push(top);
                break;
            case Code.Ldarg or Code.Ldarga or Code.Starg:
                Variable(operation, arguments, Code.Ldarg, Code.Ldarga);
                break;
            case Code.Ldloc or Code.Ldloca or Code.Stloc:
                Variable(operation, locals, Code.Ldloc, Code.Ldloca);
                break;
            case Code.Neg:
                stack.Push(stack.Pop(Number));
                break;
            case Code.Not:
                stack.Push(stack.Pop(StackTypes.Integer));
                break;
            case Code.Shl or Code.Shr or Code.Shr_Un:
                stack.Pop(StackTypes.Integer);
                stack.Push(stack.Pop(StackTypes.Integer) & StackTypes.Integer);
                break;
            case Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un:
                Compare(operation);
                stack.Push(StackTypes.Int32);
                break;
            case >= Code.Beq and <= Code.Blt_Un:
                Compare(operation);
                break;
            case (>= Code.Add and <= Code.Xor) or (>= Code.Add_Ovf and <= Code.Sub_Ovf_Un):
                Calculate(operation);
                break;
            default:
                _named.Apply(operation);
                break;
        }
    }

    private void Variable(Operation operation, StackTypes[]? variables, Code load, Code address)
    {
        if (variables is not null && operation.Operand >= variables.Length)
        {
            throw Flaw.At(operation, $"there is no variable {operation.Operand}");
        }

        StackTypes type = variables is null ? StackTypes.Unknown : variables[operation.Operand];
        if (operation.Code == load)
        {
            stack.Push(type);
        }
        else if (operation.Code == address)
        {
            stack.Push(StackTypes.Pointer);
        }
        else
        {
            stack.Pop(StackRules.Accepts(type));
        }
    }

    private void Compare(Operation operation)
    {
        StackTypes right = stack.Pop(StackTypes.Unknown);
        StackTypes left = stack.Pop(StackTypes.Unknown);
        if (!StackRules.CanCompare(left, right))
        {
            throw Mismatch(operation, left, right);
        }
    }

    private void Calculate(Operation operation)
    {
        StackTypes right = stack.Pop(Number);
        StackTypes left = stack.Pop(Number);
        StackTypes result = StackRules.Arithmetic(left, right);
        stack.Push(result != StackTypes.None ? result : throw Mismatch(operation, left, right));
    }

    private static BadIlException Mismatch(Operation operation, StackTypes left, StackTypes right) =>
        Flaw.At(operation, $"it cannot take {StackRules.Describe(left)} and {StackRules.Describe(right)}");
}
