namespace Instrumentation.Expressions;

/// <summary>Operators as C# writes them.</summary>
internal static class OperatorText
{
    /// <summary>The symbol of an operator on two operands.</summary>
    /// <param name="operation">The operator.</param>
    /// <returns>The symbol.</returns>
    public static string Of(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Remainder => "%",
        BinaryOperator.And => "&",
        BinaryOperator.Or => "|",
        BinaryOperator.Xor => "^",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.LessThan => "<",
        BinaryOperator.LessThanOrEqual => "<=",
        BinaryOperator.GreaterThan => ">",
        BinaryOperator.GreaterThanOrEqual => ">=",
        BinaryOperator.AndAlso => "&&",
        BinaryOperator.OrElse => "||",
        _ => operation.ToString(),
    };

    /// <summary>Whether an operator compares and so gives a bool.</summary>
    /// <param name="operation">The operator.</param>
    /// <returns>True when it does.</returns>
    public static bool IsComparison(BinaryOperator operation) => operation is >= BinaryOperator.Equal and <= BinaryOperator.GreaterThanOrEqual;

    /// <summary>Whether an operator tests equality.</summary>
    /// <param name="operation">The operator.</param>
    /// <returns>True when it does.</returns>
    public static bool IsEquality(BinaryOperator operation) => operation is BinaryOperator.Equal or BinaryOperator.NotEqual;
}
