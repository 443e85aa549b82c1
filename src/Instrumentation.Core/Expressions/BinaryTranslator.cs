using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Translates operators on two operands.</summary>
internal static class BinaryTranslator
{
    /// <summary>Translates a node.</summary>
    /// <param name="node">The node; it mentions the context.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(System.Linq.Expressions.BinaryExpression node)
    {
        if (OperatorMap.Binary(node.NodeType) is not { } operation)
        {
            throw LambdaErrors.Unsupported(node);
        }

        if (NullableTranslator.IsNullable(node.Left.Type) || NullableTranslator.IsNullable(node.Right.Type))
        {
            return NullableTranslator.Compare(node, operation);
        }

        if (typeof(Type).IsAssignableFrom(node.Left.Type))
        {
            Expression asking = ConstantFolder.MentionsContext(node.Left) ? node.Left : node.Right;
            throw LambdaErrors.Of(node, "a type is no value that a probe can compare.", $"Compare {LambdaText.Of(asking)}.FullName with the type's full name, or test with 'is'.");
        }

        if (!node.Left.Type.IsValueType && node.Method is { } method && method.DeclaringType != typeof(string))
        {
            throw LambdaErrors.Of(node, $"{TypeText.Of(method.DeclaringType!)} defines this operator itself, and probes run no code of the program.", "Compare fields of the objects.");
        }

        return Combine(node, operation, NodeTranslator.Translate(node.Left), NodeTranslator.Translate(node.Right), node.Type);
    }

    /// <summary>Applies an operator to translated operands, when it means anything for their types.</summary>
    /// <param name="node">The node, for the error.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="type">The result's type.</param>
    /// <returns>The expression.</returns>
    /// <exception cref="ExpressionException">The operator does not go with the types.</exception>
    public static BinaryExpression Combine(Expression node, BinaryOperator operation, ProbeExpression left, ProbeExpression right, Type type) =>
        OperatorRules.Allows(operation, left.Type, right.Type)
            ? new BinaryExpression(operation, left, right, type)
            : throw Refuse(node, operation, left.Type, right.Type);

    private static ExpressionException Refuse(Expression node, BinaryOperator operation, Type left, Type right)
    {
        string mend = left switch
        {
            _ when left == typeof(string) && operation == BinaryOperator.Add => "Capture the strings as fields of their own: probes allocate nothing.",
            _ when left == typeof(TimeSpan) || right == typeof(TimeSpan) => "Durations can be compared, added and subtracted; compute with TotalMilliseconds or Ticks else.",
            _ when left == typeof(decimal) || right == typeof(decimal) => "Convert the constant side to the field's type: numbers other than decimal can be compared.",
            { IsValueType: true } when !ExpressionTypes.IsPrimitive(left) => $"Compare fields of the {TypeText.Of(left)}.",
            _ => LambdaErrors.CaptureParts,
        };
        return LambdaErrors.Of(node, $"the operator '{OperatorText.Of(operation)}' on {TypeText.Of(left)} and {TypeText.Of(right)} cannot be computed in a probe.", mend);
    }
}
