using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>What occurs in a part of an assertion's lambda.</summary>
internal sealed class LambdaParts : ExpressionVisitor
{
    private readonly HashSet<ParameterExpression> _declared = [];
    private readonly Dictionary<string, object?> _captured = new(StringComparer.Ordinal);

    private LambdaParts()
    {
    }

    /// <summary>A call of <see cref="Arg"/> in it, or null.</summary>
    public Expression? Matcher { get; private set; }

    /// <summary>A parameter in it that it does not declare, or null.</summary>
    public ParameterExpression? Parameter { get; private set; }

    /// <summary>The variables in it, with their values, for a message: <c>, with prefix "order:"</c>.</summary>
    public string Captured => _captured.Count == 0 ? string.Empty : $", with {string.Join(", ", _captured.Select(static pair => $"{pair.Key} = {Values.Text(pair.Value)}"))}";

    /// <summary>Looks through an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>What occurs in it.</returns>
    public static LambdaParts Of(Expression expression)
    {
        LambdaParts parts = new();
        parts.Visit(expression);
        return parts;
    }

    /// <summary>Whether a member is one of those that stand for arguments.</summary>
    /// <param name="member">The member.</param>
    /// <returns>True when it is.</returns>
    public static bool IsMatcher(MemberInfo member) => member.DeclaringType == typeof(Arg) || member.DeclaringType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Arg.Ref<>);

    /// <inheritdoc/>
    protected override Expression VisitLambda<T>(Expression<T> node)
    {
        _declared.UnionWith(node.Parameters);
        return base.VisitLambda(node);
    }

    /// <inheritdoc/>
    protected override Expression VisitParameter(ParameterExpression node)
    {
        if (!_declared.Contains(node))
        {
            Parameter ??= node;
        }

        return node;
    }

    /// <inheritdoc/>
    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (IsMatcher(node.Method))
        {
            Matcher ??= node;
        }

        return base.VisitMethodCall(node);
    }

    /// <inheritdoc/>
    protected override Expression VisitMember(System.Linq.Expressions.MemberExpression node)
    {
        if (IsMatcher(node.Member))
        {
            Matcher ??= node;
        }

        if (node is { Member: FieldInfo field, Expression: System.Linq.Expressions.ConstantExpression { Value: { } closure } } && closure.GetType().IsDefined(typeof(CompilerGeneratedAttribute), false)
            && !field.Name.StartsWith('<'))
        {
            _captured[field.Name] = field.GetValue(closure);
        }

        return base.VisitMember(node);
    }
}
