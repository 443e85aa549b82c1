using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Operators of C# expression trees as operators of the expression language. Checked ones wrap like the unchecked.</summary>
internal static class OperatorMap
{
    /// <summary>The operator on two operands.</summary>
    /// <param name="type">The kind of node.</param>
    /// <returns>The operator, or null when the language has none.</returns>
    public static BinaryOperator? Binary(ExpressionType type) => type switch
    {
        ExpressionType.Add or ExpressionType.AddChecked => BinaryOperator.Add,
        ExpressionType.Subtract or ExpressionType.SubtractChecked => BinaryOperator.Subtract,
        ExpressionType.Multiply or ExpressionType.MultiplyChecked => BinaryOperator.Multiply,
        ExpressionType.Divide => BinaryOperator.Divide,
        ExpressionType.Modulo => BinaryOperator.Remainder,
        ExpressionType.And => BinaryOperator.And,
        ExpressionType.Or => BinaryOperator.Or,
        ExpressionType.ExclusiveOr => BinaryOperator.Xor,
        ExpressionType.LeftShift => BinaryOperator.ShiftLeft,
        ExpressionType.RightShift => BinaryOperator.ShiftRight,
        ExpressionType.Equal => BinaryOperator.Equal,
        ExpressionType.NotEqual => BinaryOperator.NotEqual,
        ExpressionType.LessThan => BinaryOperator.LessThan,
        ExpressionType.LessThanOrEqual => BinaryOperator.LessThanOrEqual,
        ExpressionType.GreaterThan => BinaryOperator.GreaterThan,
        ExpressionType.GreaterThanOrEqual => BinaryOperator.GreaterThanOrEqual,
        ExpressionType.AndAlso => BinaryOperator.AndAlso,
        ExpressionType.OrElse => BinaryOperator.OrElse,
        _ => null,
    };
}
