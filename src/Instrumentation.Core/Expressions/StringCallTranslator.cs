using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Translates calls of string's methods. All comparisons are ordinal; a null that is asked for equality is not equal, not a fault.</summary>
internal static class StringCallTranslator
{
    private static readonly ConstantExpression Null = new(null, typeof(string));

    /// <summary>Translates a call.</summary>
    /// <param name="node">The call.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(MethodCallExpression node) => node.Method.Name switch
    {
        nameof(string.Equals) => Equality(node),
        nameof(string.IsNullOrEmpty) => IsNullOrEmpty(NodeTranslator.Translate(node.Arguments[0])),
        nameof(string.StartsWith) => Test(node, StringTest.StartsWith),
        nameof(string.EndsWith) => Test(node, StringTest.EndsWith),
        nameof(string.Contains) => Test(node, StringTest.Contains),
        nameof(string.IsNullOrWhiteSpace) => throw LambdaErrors.Of(node, "white space cannot be told in a probe.", "Use string.IsNullOrEmpty."),
        nameof(string.Concat) or nameof(string.Format) or nameof(string.Join) =>
            throw LambdaErrors.Of(node, "probes allocate nothing, and so make no strings.", "Capture the parts as fields of their own."),
        _ => throw LambdaErrors.Of(node, $"string.{node.Method.Name} cannot be computed in a probe.", "Use ==, Length, StartsWith, EndsWith, Contains or string.IsNullOrEmpty, or capture the string."),
    };

    private static BinaryExpression Equality(MethodCallExpression node)
    {
        Expression[] parts = [.. node.Object is { } target ? [target] : Array.Empty<Expression>(), .. node.Arguments];
        if (parts.Length > 2)
        {
            DemandOrdinal(node, parts[2]);
        }

        if (parts[1].Type != typeof(string))
        {
            throw LambdaErrors.Of(node, "a string is compared with an object.", "Cast the object to string.");
        }

        return new(BinaryOperator.Equal, NodeTranslator.Translate(parts[0]), NodeTranslator.Translate(parts[1]), typeof(bool));
    }

    private static BinaryExpression IsNullOrEmpty(ProbeExpression text) => new(
        BinaryOperator.OrElse,
        new BinaryExpression(BinaryOperator.Equal, text, Null, typeof(bool)),
        new BinaryExpression(BinaryOperator.Equal, new UnaryExpression(UnaryOperator.StringLength, text, typeof(int)), new ConstantExpression(0, typeof(int)), typeof(bool)),
        typeof(bool));

    private static StringTestExpression Test(MethodCallExpression node, StringTest test)
    {
        if (node.Arguments.Count == 2)
        {
            DemandOrdinal(node, node.Arguments[1]);
        }
        else if (node.Arguments.Count > 2)
        {
            throw Culture(node);
        }

        return new(test, NodeTranslator.Translate(node.Object!), Argument(node));
    }

    private static ProbeExpression Argument(MethodCallExpression node)
    {
        ProbeExpression argument = NodeTranslator.Translate(node.Arguments[0]);
        return argument switch
        {
            ConstantExpression { Value: char letter } => new ConstantExpression(letter.ToString(), typeof(string)),
            { } when argument.Type == typeof(string) => argument,
            _ => throw LambdaErrors.Of(node, "a char that is not a constant cannot be looked for in a string.", "Look for a constant char or for a string."),
        };
    }

    private static void DemandOrdinal(MethodCallExpression node, Expression comparison)
    {
        if (ConstantFolder.MentionsContext(comparison) || ConstantFolder.Evaluate(comparison) is not StringComparison.Ordinal)
        {
            throw Culture(node);
        }
    }

    private static ExpressionException Culture(MethodCallExpression node) =>
        LambdaErrors.Of(node, "strings can be compared ordinally only.", "Use StringComparison.Ordinal, or leave the comparison out: it is ordinal in probes.");
}
