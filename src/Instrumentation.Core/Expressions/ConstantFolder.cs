using System.Linq.Expressions;
using System.Reflection;

namespace Instrumentation.Expressions;

/// <summary>Evaluates the parts of a lambda that do not mention its context: constants, captured variables, static fields, calls on them.</summary>
internal static class ConstantFolder
{
    /// <summary>Whether a part of a lambda mentions the context, so that it has no value yet.</summary>
    /// <param name="node">The part.</param>
    /// <returns>True when it does.</returns>
    public static bool MentionsContext(Expression node)
    {
        ContextFinder finder = new();
        finder.Visit(node);
        return finder.Found;
    }

    /// <summary>The constant that a part of a lambda is.</summary>
    /// <param name="node">The part; it does not mention the context.</param>
    /// <returns>The constant.</returns>
    /// <exception cref="ExpressionException">Evaluating it fails, or gives what cannot be a constant.</exception>
    public static ConstantExpression Fold(Expression node)
    {
        object? value = Evaluate(node);
        bool usable = value switch
        {
            null => !node.Type.IsValueType || Nullable.GetUnderlyingType(node.Type) is not null,
            string => true,
            _ => ExpressionTypes.IsPrimitive(Nullable.GetUnderlyingType(node.Type) ?? node.Type),
        };
        return usable
            ? new ConstantExpression(value, node.Type)
            : throw new ExpressionException(
                LambdaText.Of(node),
                $"a captured value of type {TypeText.Of(value?.GetType() ?? node.Type)} cannot be part of an expression.",
                "Use numbers, bool, char, enums, string, TimeSpan or null: compare a field that identifies the object.");
    }

    /// <summary>The value of a part of a lambda.</summary>
    /// <param name="node">The part; it does not mention the context.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ExpressionException">Evaluating it fails.</exception>
    public static object? Evaluate(Expression node)
    {
        try
        {
            return Value(node);
        }
        catch (Exception error) when (error is not ExpressionException)
        {
            Exception cause = error is TargetInvocationException { InnerException: { } inner } ? inner : error;
            throw new ExpressionException(
                LambdaText.Of(node),
                $"its value is needed when the probe is made, and evaluating it fails: {cause.GetType().Name}: {cause.Message}",
                "Compute the value before, into a variable that the lambda captures.");
        }
    }

    private static object? Value(Expression node) => node switch
    {
        System.Linq.Expressions.ConstantExpression constant => constant.Value,
        System.Linq.Expressions.MemberExpression { Member: FieldInfo { IsStatic: true } field } => field.GetValue(null),
        System.Linq.Expressions.MemberExpression { Member: FieldInfo field, Expression: { } target } =>
            field.GetValue(Value(target) ?? throw new NullReferenceException($"{LambdaText.Of(target)} is null.")),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(node, typeof(object))).Compile(preferInterpretation: true)(),
    };

    private sealed class ContextFinder : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found |= node.Type == typeof(ProbeContext);
            return node;
        }

        public override Expression? Visit(Expression? node) => Found ? node : base.Visit(node);
    }
}
