using System.Linq.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Testing.Messages;

/// <summary>The text of a predicate, as the source has it: without the conversions that the compiler puts in.</summary>
internal sealed class PredicateText : ExpressionVisitor
{
    private PredicateText()
    {
    }

    /// <summary>A predicate's text.</summary>
    /// <param name="predicate">The predicate.</param>
    /// <returns>The text.</returns>
    public static string Of(LambdaExpression predicate) =>
        $"{(predicate.Parameters.Count == 1 ? predicate.Parameters[0].Name : $"({string.Join(", ", predicate.Parameters.Select(static parameter => parameter.Name))})")} => {LambdaText.Of(new PredicateText().Visit(predicate.Body))}";

    /// <inheritdoc/>
    protected override Expression VisitBinary(System.Linq.Expressions.BinaryExpression node)
    {
        // Enums and characters are compared as numbers: x.Kind == Kind.Large is (int)x.Kind == 2 by then.
        Expression left = Visit(Written(node.Left, node.Right));
        Expression right = Visit(Written(node.Right, node.Left));
        try
        {
            return left == node.Left && right == node.Right ? node : Expression.MakeBinary(node.NodeType, left, right, node.IsLiftedToNull, node.Method, node.Conversion);
        }
        catch (InvalidOperationException)
        {
            return node;
        }
    }

    /// <inheritdoc/>
    protected override Expression VisitUnary(System.Linq.Expressions.UnaryExpression node) =>
        node is { NodeType: ExpressionType.Convert, Method: null } && !node.Type.IsValueType && node.Type.IsAssignableFrom(node.Operand.Type) ? Visit(node.Operand) : base.VisitUnary(node);

    private static Expression Written(Expression side, Expression other)
    {
        if (side is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert, Method: null, Operand: { Type: { } own } operand } && IsNumbered(own) && other is System.Linq.Expressions.ConstantExpression or System.Linq.Expressions.UnaryExpression)
        {
            return operand;
        }

        return side is System.Linq.Expressions.ConstantExpression { Value: { } value } && other is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert, Operand.Type: { } type } && IsNumbered(type)
            ? Expression.Constant(type.IsEnum ? Enum.ToObject(type, value) : Convert.ToChar(value, System.Globalization.CultureInfo.InvariantCulture), type)
            : side;
    }

    private static bool IsNumbered(Type type) => type.IsEnum || type == typeof(char);
}
