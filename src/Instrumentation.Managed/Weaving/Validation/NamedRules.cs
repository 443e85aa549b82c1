using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The operations on fields, and those that name the type of what they load, store or box.</summary>
internal sealed class NamedRules(EvaluationStack stack, TokenTypes tokens)
{
    /// <summary>Applies an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="BadIlException">The stack does not hold what it needs.</exception>
    public void Apply(Operation operation)
    {
        switch (operation.Code)
        {
            case Code.Ldfld or Code.Ldflda or Code.Stfld or Code.Ldsfld or Code.Ldsflda or Code.Stsfld:
                Field(operation);
                break;
            case Code.Ldobj:
                stack.Pop(StackTypes.Address);
                stack.Push(tokens.TypeOf(operation.Operand));
                break;
            case Code.Stobj:
                stack.Pop(StackRules.Accepts(tokens.TypeOf(operation.Operand)));
                stack.Pop(StackTypes.Address);
                break;
            case Code.Box:
                stack.Pop(StackRules.Accepts(tokens.TypeOf(operation.Operand)));
                stack.Push(StackTypes.Object);
                break;
            case Code.Unbox_Any:
                stack.Pop(StackTypes.Object);
                stack.Push(tokens.TypeOf(operation.Operand));
                break;
            case Code.Ldelem_Any:
                stack.Pop(StackTypes.Integer);
                stack.Pop(StackTypes.Object);
                stack.Push(tokens.TypeOf(operation.Operand));
                break;
            case Code.Stelem_Any:
                stack.Pop(StackRules.Accepts(tokens.TypeOf(operation.Operand)));
                stack.Pop(StackTypes.Integer);
                stack.Pop(StackTypes.Object);
                break;
            default:
                throw Flaw.At(operation, "nothing is known of this operation");
        }
    }

    private void Field(Operation operation)
    {
        (StackTypes type, StackTypes owner) = tokens.FieldOf(operation.Operand);
        if (operation.Code is Code.Stfld or Code.Stsfld)
        {
            stack.Pop(StackRules.Accepts(type));
        }

        if (operation.Code is Code.Ldfld or Code.Ldflda or Code.Stfld)
        {
            stack.Pop(owner | CallShape.Instance);
        }

        if (operation.Code is Code.Ldfld or Code.Ldsfld)
        {
            stack.Push(type);
        }
        else if (operation.Code is Code.Ldflda or Code.Ldsflda)
        {
            stack.Push(StackTypes.Pointer);
        }
    }
}
