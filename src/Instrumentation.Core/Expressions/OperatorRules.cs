namespace Instrumentation.Expressions;

/// <summary>Which operators go with which types, and what they give: the type rules of the expression language.</summary>
internal static class OperatorRules
{
    /// <summary>Whether an operator takes operands of two types.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="left">The left operand's type.</param>
    /// <param name="right">The right operand's type.</param>
    /// <returns>True when it does.</returns>
    public static bool Allows(BinaryOperator operation, Type left, Type right)
    {
        if (!left.IsValueType && !right.IsValueType)
        {
            return OperatorText.IsEquality(operation);
        }

        TypeCode code = ExpressionTypes.NumberOf(left);
        if (operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight)
        {
            return IsBits(code) && right == typeof(int);
        }

        if (left == typeof(bool) || left == typeof(TimeSpan) || left == typeof(CodeAddress))
        {
            return left == right && AllowsSpecial(operation, left);
        }

        return code != TypeCode.Empty && code == ExpressionTypes.NumberOf(right) && operation switch
        {
            BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor => IsBits(code),
            BinaryOperator.AndAlso or BinaryOperator.OrElse => false,
            _ => true,
        };
    }

    /// <summary>The type of an operator's result.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="operand">The operand's type.</param>
    /// <returns>The result's type.</returns>
    public static Type ResultOf(UnaryOperator operation, Type operand) => operation switch
    {
        UnaryOperator.Not => typeof(bool),
        UnaryOperator.Negate or UnaryOperator.Complement => operand,
        UnaryOperator.StringLength or UnaryOperator.ArrayLength => typeof(int),
        UnaryOperator.Ticks => typeof(long),
        _ => typeof(double),
    };

    /// <summary>The type of an operator's result.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="left">The left operand's type.</param>
    /// <returns>The result's type.</returns>
    public static Type ResultOf(BinaryOperator operation, Type left) =>
        OperatorText.IsComparison(operation) || operation is BinaryOperator.AndAlso or BinaryOperator.OrElse ? typeof(bool) : left;

    private static bool AllowsSpecial(BinaryOperator operation, Type type)
    {
        if (OperatorText.IsEquality(operation))
        {
            return true;
        }

        if (type == typeof(bool))
        {
            return operation is BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor or BinaryOperator.AndAlso or BinaryOperator.OrElse;
        }

        return type == typeof(TimeSpan) && (OperatorText.IsComparison(operation) || operation is BinaryOperator.Add or BinaryOperator.Subtract);
    }

    private static bool IsBits(TypeCode code) => code != TypeCode.Empty && !ExpressionTypes.IsFloating(code);
}
