using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Writes operators. A scalar operand takes the type of the other operand.</summary>
/// <param name="output">Where they go.</param>
/// <param name="parts">Writes the operands.</param>
internal sealed class OperatorWriter(JsonOutput output, ExpressionWriter parts)
{
    /// <summary>Writes the property that holds an operator with its operands.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="depth">How many expressions it is inside of, and itself.</param>
    public void Write(ProbeExpression expression, int depth)
    {
        switch (expression)
        {
            case UnaryExpression unary:
                parts.Part(OperatorNames.Of(unary.Operator)!, unary.Operand, depth);
                break;
            case BinaryExpression { Operator: BinaryOperator.AndAlso or BinaryOperator.OrElse } chain:
                Chain(chain, depth);
                break;
            case BinaryExpression binary:
                output.Name(OperatorNames.Of(binary.Operator));
                output.BeginArray();
                Pair(binary.Left, binary.Right, depth, isShift: binary.Operator is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight);
                output.End();
                break;
            case StringTestExpression test:
                output.Name(OperatorNames.Of(test.Test) ?? throw output.Error($"{test.Test} is no test of strings.", "Use StartsWith, EndsWith or Contains."));
                output.BeginArray();
                parts.Write(test.Target, depth + 1, typeof(string));
                parts.Write(test.Argument, depth + 1, typeof(string));
                output.End();
                break;
            case ConditionalExpression choice:
                output.Name("if");
                output.BeginArray();
                parts.Write(choice.Test, depth + 1, typeof(bool));
                Pair(choice.WhenTrue, choice.WhenFalse, depth, isShift: false);
                output.End();
                break;
            default:
                throw output.Error($"a {expression.GetType().Name} has no text.", "Use the nodes of the expression language before a backend binds them.");
        }
    }

    // A scalar takes the type of the other side unless that is a scalar as well: then the left one has its natural type.
    private void Pair(ProbeExpression left, ProbeExpression right, int depth, bool isShift)
    {
        bool bothScalars = right is ConstantExpression constant && ConstantWriter.IsScalar(constant, left.Type);
        parts.Write(left, depth + 1, isShift || bothScalars ? null : right.Type);
        parts.Write(right, depth + 1, isShift ? typeof(int) : left.Type);
    }

    private void Chain(BinaryExpression chain, int depth)
    {
        Stack<ProbeExpression> operands = new();
        ProbeExpression first = chain;
        while (first is BinaryExpression binary && binary.Operator == chain.Operator)
        {
            if (ExpressionRules.Check(binary) is { } broken)
            {
                throw output.Error(broken.Why, broken.Mend);
            }

            operands.Push(binary.Right);
            first = binary.Left;
        }

        output.Name(OperatorNames.Of(chain.Operator));
        output.BeginArray();
        int below = depth + operands.Count;
        parts.Write(first, below, typeof(bool));
        foreach (ProbeExpression operand in operands)
        {
            parts.Write(operand, below--, typeof(bool));
        }

        output.End();
    }
}
