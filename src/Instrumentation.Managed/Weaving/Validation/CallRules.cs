using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The operations that call or return, and the ends of blocks.</summary>
internal sealed class CallRules(EvaluationStack stack, TokenTypes tokens, StackTypes result)
{
    /// <summary>Applies an operation when it is one of these.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>False when it is none of these.</returns>
    /// <exception cref="BadIlException">The stack does not hold what it needs.</exception>
    public bool TryApply(Operation operation)
    {
        switch (operation.Code)
        {
            case Code.Call or Code.Callvirt or Code.Calli or Code.Newobj:
                Call(operation);
                return true;
            case Code.Ret:
                if (result != StackTypes.None)
                {
                    stack.Pop(StackRules.Accepts(result));
                }

                CheckEmpty(operation);
                return true;
            case Code.Endfilter:
                stack.Pop(StackRules.Accepts(StackTypes.Int32));
                CheckEmpty(operation);
                return true;
            case Code.Localloc:
                stack.Pop(StackTypes.Integer);
                CheckEmpty(operation);
                stack.Push(StackTypes.NativeInt);
                return true;
            case Code.Jmp:
                CheckEmpty(operation);
                return true;
            case Code.Leave or Code.Endfinally:
                stack.Clear();
                return true;
            default:
                return false;
        }
    }

    private void Call(Operation operation)
    {
        CallShape call = tokens.CallOf(operation.Operand)
            ?? throw Flaw.At(operation, $"the module has no signature 0x{operation.Operand:x8}");
        if (operation.Code == Code.Calli)
        {
            stack.Pop(StackTypes.Integer | StackTypes.Pointer);
        }

        for (int i = call.Parameters.Length - 1; i >= 0; i--)
        {
            stack.Pop(StackRules.Accepts(call.Parameters[i]));
        }

        if (operation.Code == Code.Newobj)
        {
            stack.Push(call.Owner == StackTypes.Unknown ? StackTypes.Object | StackTypes.Value : call.Owner);
            return;
        }

        if (call.HasThis)
        {
            stack.Pop(CallShape.Instance);
        }

        if (call.Result != StackTypes.None)
        {
            stack.Push(call.Result);
        }
    }

    private void CheckEmpty(Operation operation)
    {
        if (stack.Depth > 0)
        {
            throw Flaw.At(operation, $"{stack.Depth} more values are on the stack than may be");
        }
    }
}
