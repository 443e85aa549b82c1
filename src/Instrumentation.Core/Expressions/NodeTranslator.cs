using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Translates one node of a C# expression tree, by its kind.</summary>
internal static class NodeTranslator
{
    /// <summary>Translates a node with all below it.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The expression.</returns>
    /// <exception cref="ExpressionException">It has no counterpart in the language.</exception>
    public static ProbeExpression Translate(Expression node)
    {
        if (!ConstantFolder.MentionsContext(node))
        {
            return ConstantFolder.Fold(node);
        }

        return node switch
        {
            System.Linq.Expressions.MemberExpression member => MemberTranslator.Translate(member),
            MethodCallExpression call => CallTranslator.Translate(call),
            System.Linq.Expressions.UnaryExpression unary => UnaryTranslator.Translate(unary),
            System.Linq.Expressions.BinaryExpression { NodeType: ExpressionType.Coalesce } choice => Coalesce(choice),
            System.Linq.Expressions.BinaryExpression binary => BinaryTranslator.Translate(binary),
            TypeBinaryExpression { NodeType: ExpressionType.TypeIs } test => TypeTest(test),
            System.Linq.Expressions.ConditionalExpression choice => Conditional(choice),
            ParameterExpression parameter => throw LambdaErrors.Of(parameter, "the context itself is no value.", "Use its members, for example c.Arg<int>(0)."),
            _ => throw LambdaErrors.Unsupported(node),
        };
    }

    private static TypeTestExpression TypeTest(TypeBinaryExpression node)
    {
        if (node.Expression.Type.IsValueType)
        {
            throw LambdaErrors.Of(node, $"a {TypeText.Of(node.Expression.Type)} is a value, whose type is known.", "Test the types of objects only; for a nullable value use HasValue.");
        }

        return new(Translate(node.Expression), Nullable.GetUnderlyingType(node.TypeOperand) ?? node.TypeOperand);
    }

    private static ConditionalExpression Conditional(System.Linq.Expressions.ConditionalExpression node)
    {
        if (node.Type == typeof(void) || NullableTranslator.IsNullable(node.Type))
        {
            throw LambdaErrors.Of(
                node,
                $"a choice between values of type {TypeText.Of(node.Type)} cannot be made in a probe.",
                "Choose between values that are not nullable: use GetValueOrDefault().");
        }

        return new(Translate(node.Test), Translate(node.IfTrue), Translate(node.IfFalse), node.Type);
    }

    private static ConditionalExpression Coalesce(System.Linq.Expressions.BinaryExpression node)
    {
        if (node.Conversion is not null || NullableTranslator.IsNullable(node.Type))
        {
            throw LambdaErrors.Of(node, "'??' with a conversion or a nullable result cannot be translated.", "Write both sides of '??' with the same type, the right one not nullable.");
        }

        ProbeExpression right = Translate(node.Right);
        if (NullableTranslator.IsNullable(node.Left.Type))
        {
            NullableParts left = NullableTranslator.Split(node.Left);
            return new(left.HasValue, left.Value, right, node.Type);
        }

        ProbeExpression target = Translate(node.Left);
        BinaryExpression isNull = new(BinaryOperator.Equal, target, new ConstantExpression(null, target.Type), typeof(bool));
        return new(isNull, right, target.Type == node.Type ? target : new ConvertExpression(target, node.Type), node.Type);
    }
}
