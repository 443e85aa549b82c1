using System.Linq.Expressions;
using System.Reflection;

namespace Instrumentation.Expressions;

/// <summary>Translates the few method calls that mean something in a probe.</summary>
internal static class CallTranslator
{
    /// <summary>Translates a call.</summary>
    /// <param name="node">The call; it mentions the context.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(MethodCallExpression node)
    {
        MethodInfo method = node.Method;
        Type owner = method.DeclaringType!;
        if (owner == typeof(ProbeContext))
        {
            return ContextCallTranslator.Translate(node);
        }

        if (owner == typeof(string))
        {
            return StringCallTranslator.Translate(node);
        }

        if (method.Name == nameof(Nullable<int>.GetValueOrDefault) && node.Object is { } nullable && NullableTranslator.IsNullable(nullable.Type))
        {
            return ValueOrDefault(node, nullable);
        }

        if (owner == typeof(Enum) && method.Name == nameof(Enum.HasFlag))
        {
            return HasFlag(node);
        }

        if (method.Name == nameof(Equals) && Operands(node) is { } operands && TranslateEquals(operands.Left, operands.Right) is { } equal)
        {
            return equal;
        }

        if (owner == typeof(object) && method.Name is nameof(ReferenceEquals))
        {
            return BinaryTranslator.Combine(node, BinaryOperator.Equal, NodeTranslator.Translate(node.Arguments[0]), NodeTranslator.Translate(node.Arguments[1]), typeof(bool));
        }

        throw Refuse(node);
    }

    private static ProbeExpression ValueOrDefault(MethodCallExpression node, Expression nullable)
    {
        ProbeExpression target = NodeTranslator.Translate(nullable);
        return node.Arguments.Count == 0
            ? NullableTranslator.ValueOrDefault(target)
            : new ConditionalExpression(
                new MemberExpression(target, nameof(Nullable<int>.HasValue), target.Type, IsProperty: true, typeof(bool)),
                NullableTranslator.ValueOrDefault(target),
                NodeTranslator.Translate(node.Arguments[0]),
                node.Type);
    }

    private static BinaryExpression HasFlag(MethodCallExpression node)
    {
        ProbeExpression target = NodeTranslator.Translate(node.Object!);
        Expression argument = node.Arguments[0];
        while (argument is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert } convert && !argument.Type.IsEnum)
        {
            argument = convert.Operand;
        }

        ProbeExpression flag = ConstantFolder.MentionsContext(argument) ? NodeTranslator.Translate(argument) : new ConstantExpression(ConstantFolder.Evaluate(argument), target.Type);
        if (flag.Type != target.Type || flag is ConstantExpression { Value: { } value } && value.GetType() != target.Type)
        {
            throw LambdaErrors.Of(node, "the flag is of another enum.", $"Give a {TypeText.Of(target.Type)}.");
        }

        return new(BinaryOperator.Equal, new BinaryExpression(BinaryOperator.And, target, flag, target.Type), flag, typeof(bool));
    }

    private static (Expression Left, Expression Right)? Operands(MethodCallExpression node) => (node.Object, node.Arguments.Count) switch
    {
        ({ } target, 1) => (target, node.Arguments[0]),
        (null, 2) => (node.Arguments[0], node.Arguments[1]),
        _ => null,
    };

    // Equals of a primitive is the same as ==, but for NaN; of anything else it is code of the program.
    private static BinaryExpression? TranslateEquals(Expression left, Expression right)
    {
        bool same = left.Type == right.Type && ExpressionTypes.IsPrimitive(left.Type) && !ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(left.Type));
        return same ? new(BinaryOperator.Equal, NodeTranslator.Translate(left), NodeTranslator.Translate(right), typeof(bool)) : null;
    }

    private static ExpressionException Refuse(MethodCallExpression node)
    {
        MethodInfo method = node.Method;
        if (method is { Name: "get_Item", IsSpecialName: true })
        {
            return LambdaErrors.Of(node, "elements of arrays and collections cannot be read in a probe.", "Read its length or count, or a field of its owner.");
        }

        if (IsGetType(method))
        {
            return LambdaErrors.Of(node, "a type is no value that a probe can compare or record.", $"Use {LambdaText.Of(node)}.FullName, or test with 'is'.");
        }

        string mend = method.DeclaringType == typeof(TimeSpan)
            ? "Compute durations from constants only; compare numbers with TotalMilliseconds or Ticks."
            : method.Name == nameof(Equals) ? "Compare numbers, strings and fields of objects with '==', after a cast where the type is not known." : LambdaErrors.ReadFields;
        return LambdaErrors.Of(node, $"the method {TypeText.Of(method.DeclaringType!)}.{method.Name} cannot be called in a probe: probes run no code of the program.", mend);
    }

    /// <summary>Whether a method is <see cref="object.GetType"/>, or the one of exceptions, which hides it and does the same.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it is.</returns>
    internal static bool IsGetType(MethodInfo method) =>
        method is { Name: nameof(GetType), IsStatic: false } && (method.DeclaringType == typeof(object) || method.DeclaringType == typeof(Exception));
}
