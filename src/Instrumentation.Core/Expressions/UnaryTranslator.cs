using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Translates operators of one operand, casts among them.</summary>
internal static class UnaryTranslator
{
    /// <summary>Translates a node.</summary>
    /// <param name="node">The node; it mentions the context.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(System.Linq.Expressions.UnaryExpression node)
    {
        switch (node.NodeType)
        {
            case ExpressionType.Convert or ExpressionType.ConvertChecked:
                return TranslateConvert(node);
            case ExpressionType.TypeAs when !node.Operand.Type.IsValueType && !NullableTranslator.IsNullable(node.Type):
                return As(NodeTranslator.Translate(node.Operand), node.Type);
            case ExpressionType.TypeAs:
                throw LambdaErrors.Of(node, "'as' with a nullable type cannot be translated.", "Test with 'is', and cast.");
            case ExpressionType.ArrayLength:
                return new UnaryExpression(UnaryOperator.ArrayLength, NodeTranslator.Translate(node.Operand), typeof(int));
            case ExpressionType.UnaryPlus when ExpressionTypes.NumberOf(node.Type) != TypeCode.Empty:
                return NodeTranslator.Translate(node.Operand);
        }

        if (Map(node.NodeType, node.Type) is { } operation)
        {
            return new UnaryExpression(operation, NodeTranslator.Translate(node.Operand), node.Type);
        }

        throw NullableTranslator.IsNullable(node.Type)
            ? LambdaErrors.Of(node, "this operation on a nullable value cannot be translated.", "Test HasValue first, and compute with GetValueOrDefault().")
            : LambdaErrors.Unsupported(node);
    }

    /// <summary>Converts between numbers, or between an address and its number, when that means anything.</summary>
    /// <param name="node">The conversion, for the error.</param>
    /// <param name="operand">What is converted.</param>
    /// <param name="type">The type that it is converted to.</param>
    /// <returns>The expression; the operand itself when the types are the same.</returns>
    public static ProbeExpression Convert(Expression node, ProbeExpression operand, Type type)
    {
        if (operand.Type == type)
        {
            return operand;
        }

        if (ExpressionTypes.NumberOf(operand.Type) != TypeCode.Empty && ExpressionTypes.NumberOf(type) != TypeCode.Empty)
        {
            return new ConvertExpression(operand, type);
        }

        throw LambdaErrors.Of(node, $"a {TypeText.Of(operand.Type)} cannot be converted to {TypeText.Of(type)} in a probe.", "Capture it as it is, or read a field of it.");
    }

    private static ProbeExpression TranslateConvert(System.Linq.Expressions.UnaryExpression node)
    {
        Type from = node.Operand.Type;
        if (NullableTranslator.IsNullable(node.Type))
        {
            throw LambdaErrors.Of(
                node,
                from.IsValueType ? "a nullable value cannot be made in a probe." : "an object cannot be cast to a nullable type in a probe.",
                "Use the type that is not nullable: give the member or parameter that type, or use GetValueOrDefault().");
        }

        if (NullableTranslator.IsNullable(from) && node.Type.IsValueType)
        {
            return Convert(node, NullableTranslator.Value(NodeTranslator.Translate(node.Operand)), node.Type);
        }

        if (from.IsValueType && !node.Type.IsValueType)
        {
            throw LambdaErrors.Boxing(node, from);
        }

        ProbeExpression operand = NodeTranslator.Translate(node.Operand);
        if (from.IsValueType)
        {
            return Convert(node, operand, node.Type);
        }

        if (node.Method is not null)
        {
            throw LambdaErrors.Of(node, $"a conversion that {TypeText.Of(node.Method.DeclaringType!)} defines itself is code of the program, which probes do not run.", LambdaErrors.ReadFields);
        }

        return operand.Type == node.Type ? operand : new ConvertExpression(operand, node.Type);
    }

    private static ConditionalExpression As(ProbeExpression operand, Type type) =>
        new(new TypeTestExpression(operand, type), new ConvertExpression(operand, type), new ConstantExpression(null, type), type);

    private static UnaryOperator? Map(ExpressionType node, Type type)
    {
        bool number = ExpressionTypes.NumberOf(type) != TypeCode.Empty;
        return node switch
        {
            ExpressionType.Not when type == typeof(bool) => UnaryOperator.Not,
            ExpressionType.Not or ExpressionType.OnesComplement when number && !ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(type)) => UnaryOperator.Complement,
            ExpressionType.Negate or ExpressionType.NegateChecked when number || type == typeof(TimeSpan) => UnaryOperator.Negate,
            _ => null,
        };
    }
}
