using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Whether the parts of a node have types that it can be emitted for. Lambdas always have; nodes made by hand may not.</summary>
internal static class TypeRules
{
    /// <summary>Checks one node; its parts are checked already.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True when the types go together.</returns>
    public static bool Hold(ProbeExpression node) => node switch
    {
        ConstantExpression constant => IsConstant(constant),
        UnaryExpression unary => Unary(unary),
        BinaryExpression binary => OperatorRules.Allows(binary.Operator, binary.Left.Type, binary.Right.Type) && binary.Type == Result(binary),
        StringTestExpression test => test.Target.Type == typeof(string) && test.Argument.Type == typeof(string),
        ConvertExpression convert => IsConversion(convert.Operand.Type, convert.Type),
        TypeTestExpression test => !test.Operand.Type.IsValueType && Nullable.GetUnderlyingType(test.TestedType) is null && !test.TestedType.ContainsGenericParameters,
        TypeNameExpression name => !name.Operand.Type.IsValueType,
        ConditionalExpression choice => choice.Test.Type == typeof(bool) && choice.WhenTrue.Type == choice.Type && choice.WhenFalse.Type == choice.Type,
        _ => true,
    };

    private static Type Result(BinaryExpression binary) =>
        OperatorText.IsComparison(binary.Operator) || binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse ? typeof(bool) : binary.Left.Type;

    private static bool IsConstant(ConstantExpression constant) => constant.Value switch
    {
        null => !constant.Type.IsValueType,
        string => constant.Type.IsAssignableFrom(typeof(string)),
        { } value => ExpressionTypes.IsPrimitive(constant.Type) && ExpressionTypes.RepresentationOf(value.GetType()) == ExpressionTypes.RepresentationOf(constant.Type),
    };

    private static bool Unary(UnaryExpression unary)
    {
        Type operand = unary.Operand.Type;
        TypeCode number = ExpressionTypes.NumberOf(operand);
        return unary.Operator switch
        {
            UnaryOperator.Not => operand == typeof(bool) && unary.Type == operand,
            UnaryOperator.Negate => (number != TypeCode.Empty || operand == typeof(TimeSpan)) && unary.Type == operand,
            UnaryOperator.Complement => number != TypeCode.Empty && !ExpressionTypes.IsFloating(number) && unary.Type == operand,
            UnaryOperator.StringLength => operand == typeof(string) && unary.Type == typeof(int),
            UnaryOperator.ArrayLength => operand.IsArray && unary.Type == typeof(int),
            UnaryOperator.Ticks => operand == typeof(TimeSpan) && unary.Type == typeof(long),
            _ => operand == typeof(TimeSpan) && unary.Type == typeof(double),
        };
    }

    private static bool IsConversion(Type from, Type to) => from == to
        || (ExpressionTypes.NumberOf(from) != TypeCode.Empty && ExpressionTypes.NumberOf(to) != TypeCode.Empty)
        || (from == typeof(CodeAddress) && to == typeof(ulong))
        || (!from.IsValueType && Nullable.GetUnderlyingType(to) is null && !to.IsByRefLike && !to.ContainsGenericParameters);
}
