using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>A nullable value taken apart.</summary>
/// <param name="HasValue">Whether it has a value.</param>
/// <param name="Value">The value; its type's default when there is none.</param>
internal readonly record struct NullableParts(ProbeExpression HasValue, ProbeExpression Value);

/// <summary>
/// Nullable values and the operators that C# lifts over them. The language has no nullable values of its own: a comparison of
/// nullables becomes one of their values, guarded by whether there are any.
/// </summary>
internal static class NullableTranslator
{
    private static readonly ConstantExpression True = new(true, typeof(bool));
    private static readonly ConstantExpression False = new(false, typeof(bool));

    /// <summary>Whether a type is nullable.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for <see cref="Nullable{T}"/>.</returns>
    public static bool IsNullable(Type type) => Nullable.GetUnderlyingType(type) is not null;

    /// <summary>Translates a comparison of nullable values.</summary>
    /// <param name="node">The comparison.</param>
    /// <param name="operation">Its operator.</param>
    /// <returns>The expression, a bool.</returns>
    public static ProbeExpression Compare(System.Linq.Expressions.BinaryExpression node, BinaryOperator operation)
    {
        if (!OperatorText.IsComparison(operation) || node.Type != typeof(bool))
        {
            throw Refuse(node);
        }

        NullableParts left = Split(node.Left);
        NullableParts right = Split(node.Right);
        if (!OperatorText.IsEquality(operation))
        {
            return AndAlso(AndAlso(left.HasValue, right.HasValue), BinaryTranslator.Combine(node, operation, left.Value, right.Value, typeof(bool)));
        }

        ProbeExpression equal = Equal(node, left, right);
        return operation == BinaryOperator.Equal ? equal : Not(equal);
    }

    /// <summary>Takes an expression of a nullable type apart.</summary>
    /// <param name="node">The expression.</param>
    /// <returns>Its parts.</returns>
    /// <exception cref="ExpressionException">It is an operation whose lifted form cannot be translated.</exception>
    public static NullableParts Split(Expression node)
    {
        Type type = Nullable.GetUnderlyingType(node.Type)!;
        if (!ConstantFolder.MentionsContext(node))
        {
            ConstantExpression constant = ConstantFolder.Fold(node);
            return constant.Value is null
                ? new(False, new ConstantExpression(ConstantDefault.Of(type), type))
                : new(True, new ConstantExpression(constant.Value, type));
        }

        switch (node)
        {
            case System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert when !convert.Operand.Type.IsValueType:
                throw Refuse(node);
            case System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert:
                NullableParts inner = IsNullable(convert.Operand.Type) ? Split(convert.Operand) : new(True, NodeTranslator.Translate(convert.Operand));
                return inner with { Value = UnaryTranslator.Convert(convert, inner.Value, type) };
            case System.Linq.Expressions.BinaryExpression binary when OperatorMap.Binary(binary.NodeType) is { } operation && type != typeof(bool):
                NullableParts left = IsNullable(binary.Left.Type) ? Split(binary.Left) : new(True, NodeTranslator.Translate(binary.Left));
                NullableParts right = IsNullable(binary.Right.Type) ? Split(binary.Right) : new(True, NodeTranslator.Translate(binary.Right));
                return new(AndAlso(left.HasValue, right.HasValue), BinaryTranslator.Combine(binary, operation, left.Value, right.Value, type));
            case System.Linq.Expressions.MemberExpression or MethodCallExpression:
                ProbeExpression whole = NodeTranslator.Translate(node);
                return new(Member(whole, "HasValue", isProperty: true, typeof(bool)), ValueOrDefault(whole));
            default:
                throw Refuse(node);
        }
    }

    /// <summary>The value of a nullable, or its type's default when there is none.</summary>
    /// <param name="nullable">The nullable.</param>
    /// <returns>The expression: the runtime's own field, which is the default when there is no value.</returns>
    public static MemberExpression ValueOrDefault(ProbeExpression nullable) => Member(nullable, "value", isProperty: false, Nullable.GetUnderlyingType(nullable.Type)!);

    /// <summary>The value of a nullable; a fault when there is none.</summary>
    /// <param name="nullable">The nullable.</param>
    /// <returns>The expression.</returns>
    public static MemberExpression Value(ProbeExpression nullable) => Member(nullable, "Value", isProperty: true, Nullable.GetUnderlyingType(nullable.Type)!);

    private static MemberExpression Member(ProbeExpression nullable, string name, bool isProperty, Type type) => new(nullable, name, nullable.Type, isProperty, type);

    private static ProbeExpression Equal(Expression node, NullableParts left, NullableParts right)
    {
        if (left.HasValue == False || right.HasValue == False)
        {
            return Not(left.HasValue == False ? right.HasValue : left.HasValue);
        }

        ProbeExpression equal = BinaryTranslator.Combine(node, BinaryOperator.Equal, left.Value, right.Value, typeof(bool));
        return left.HasValue == True || right.HasValue == True
            ? AndAlso(AndAlso(left.HasValue, right.HasValue), equal)
            : new ConditionalExpression(left.HasValue, AndAlso(right.HasValue, equal), Not(right.HasValue), typeof(bool));
    }

    private static ProbeExpression AndAlso(ProbeExpression left, ProbeExpression right) =>
        left == False || right == True ? left : left == True ? right : new BinaryExpression(BinaryOperator.AndAlso, left, right, typeof(bool));

    private static ProbeExpression Not(ProbeExpression operand) =>
        operand == True ? False : operand == False ? True : new UnaryExpression(UnaryOperator.Not, operand, typeof(bool));

    private static ExpressionException Refuse(Expression node) =>
        LambdaErrors.Of(node, "this operation on nullable values cannot be translated.", "Test HasValue first, and compute with GetValueOrDefault().");
}
