using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Reads operators. A scalar operand takes the type of the other operand.</summary>
internal static class OperatorReader
{
    /// <summary>Reads an operator on one operand.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="value">The operand.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static UnaryExpression Unary(UnaryOperator operation, JsonItem value, int depth)
    {
        ProbeExpression operand = ExpressionReader.Read(value, depth + 1);
        UnaryOperator meant = operation == UnaryOperator.StringLength && operand.Type.IsArray ? UnaryOperator.ArrayLength : operation;
        return new(meant, operand, OperatorRules.ResultOf(meant, operand.Type));
    }

    /// <summary>Reads an operator on two operands, or a chain of a logical one.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="value">The operands.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static BinaryExpression Binary(BinaryOperator operation, JsonItem value, int depth)
    {
        if (operation is BinaryOperator.AndAlso or BinaryOperator.OrElse)
        {
            return Chain(operation, value, depth);
        }

        List<JsonItem> operands = Operands(value, 2);
        (ProbeExpression left, ProbeExpression right) = operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight
            ? (ExpressionReader.Read(operands[0], depth + 1), ExpressionReader.Read(operands[1], depth + 1, typeof(int)))
            : Pair(operands[0], operands[1], depth);
        return new(operation, left, right, OperatorRules.ResultOf(operation, left.Type));
    }

    /// <summary>Reads a test of a string.</summary>
    /// <param name="test">The test.</param>
    /// <param name="value">The operands.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static StringTestExpression StringTest(StringTest test, JsonItem value, int depth)
    {
        List<JsonItem> operands = Operands(value, 2);
        return new(test, ExpressionReader.Read(operands[0], depth + 1, typeof(string)), ExpressionReader.Read(operands[1], depth + 1, typeof(string)));
    }

    /// <summary>Reads a choice.</summary>
    /// <param name="value">The condition and the two values.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static ConditionalExpression Conditional(JsonItem value, int depth)
    {
        List<JsonItem> parts = Operands(value, 3);
        ProbeExpression test = ExpressionReader.Read(parts[0], depth + 1, typeof(bool));
        (ProbeExpression left, ProbeExpression right) = Pair(parts[1], parts[2], depth);
        return new(test, left, right, left.Type);
    }

    // (a and b) and c: the first operand is the deepest.
    private static BinaryExpression Chain(BinaryOperator operation, JsonItem value, int depth)
    {
        List<JsonItem> operands = value.Demand(JsonValueKind.Array, "Write the operands: [a, b].").Items;
        if (operands.Count is < 2 or > JsonLimits.Nodes)
        {
            throw value.Error($"'{OperatorNames.Of(operation)}' has {operands.Count} operands.", $"Write 2 to {JsonLimits.Nodes}.");
        }

        ProbeExpression result = ExpressionReader.Read(operands[0], depth + operands.Count - 1, typeof(bool));
        for (int i = 1; i < operands.Count; i++)
        {
            ProbeExpression right = ExpressionReader.Read(operands[i], depth + operands.Count - i, typeof(bool));
            BinaryExpression both = new(operation, result, right, typeof(bool));
            result = ExpressionRules.Check(both) is { } broken ? throw operands[i].Error(broken.Why, broken.Mend) : both;
        }

        return (BinaryExpression)result;
    }

    private static (ProbeExpression Left, ProbeExpression Right) Pair(JsonItem left, JsonItem right, int depth)
    {
        if (ExpressionReader.IsLiteral(left) && !ExpressionReader.IsLiteral(right))
        {
            ProbeExpression second = ExpressionReader.Read(right, depth + 1);
            return (ExpressionReader.Read(left, depth + 1, second.Type), second);
        }

        ProbeExpression first = ExpressionReader.Read(left, depth + 1);
        return (first, ExpressionReader.Read(right, depth + 1, first.Type));
    }

    private static List<JsonItem> Operands(JsonItem value, int count)
    {
        const string Mend = "Write the operands in an array: {\">\":[a, b]}, {\"if\":[condition, then, else]}.";
        List<JsonItem> operands = value.Demand(JsonValueKind.Array, Mend).Items;
        return operands.Count == count ? operands : throw value.Error($"{operands.Count} operands stand where {count} belong.", Mend);
    }
}
