using System.Linq.Expressions;
using System.Reflection;

namespace Instrumentation.Expressions;

/// <summary>Translates reads of fields and properties.</summary>
internal static class MemberTranslator
{
    /// <summary>Translates a node.</summary>
    /// <param name="node">The node; it mentions the context.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(System.Linq.Expressions.MemberExpression node)
    {
        Expression owner = node.Expression!;
        if (owner.Type == typeof(ProbeContext))
        {
            return OfContext(node);
        }

        if (owner is MethodCallExpression { Method: { } method, Object: { } named } && CallTranslator.IsGetType(method))
        {
            return TypeName(node, named);
        }

        ProbeExpression target = NodeTranslator.Translate(owner);
        string name = node.Member.Name;
        if (target.Type == typeof(string) && name == nameof(string.Length))
        {
            return new UnaryExpression(UnaryOperator.StringLength, target, typeof(int));
        }

        if (target.Type == typeof(TimeSpan))
        {
            return OfDuration(node, target);
        }

        if (target.Type == typeof(CodeAddress) && name == nameof(CodeAddress.Value))
        {
            return new ConvertExpression(target, typeof(ulong));
        }

        return new MemberExpression(target, name, node.Member.DeclaringType!, node.Member is PropertyInfo, node.Type);
    }

    private static ContextExpression OfContext(System.Linq.Expressions.MemberExpression node) => node.Member.Name switch
    {
        nameof(ProbeContext.Exception) => new(ContextValue.Exception, typeof(Exception)),
        nameof(ProbeContext.ThrownBy) => new(ContextValue.ThrownBy, typeof(string)),
        nameof(ProbeContext.Duration) => new(ContextValue.Duration, typeof(TimeSpan)),
        nameof(ProbeContext.Timestamp) => new(ContextValue.Timestamp, typeof(long)),
        nameof(ProbeContext.ThreadId) => new(ContextValue.ThreadId, typeof(int)),
        nameof(ProbeContext.ProcessId) => new(ContextValue.ProcessId, typeof(int)),
        nameof(ProbeContext.Caller) => new(ContextValue.Caller, typeof(CodeAddress)),
        nameof(ProbeContext.Cpu) => new(ContextValue.Cpu, typeof(int)),
        nameof(ProbeContext.UserId) => new(ContextValue.UserId, typeof(uint)),
        nameof(ProbeContext.CgroupId) => new(ContextValue.CgroupId, typeof(ulong)),
        nameof(ProbeContext.Comm) => new(ContextValue.Comm, typeof(string)),
        nameof(ProbeContext.Place) => new(ContextValue.Place, typeof(string)),
        nameof(ProbeContext.Span) => new(ContextValue.Span, typeof(long)),
        _ => throw LambdaErrors.Unsupported(node),
    };

    private static TypeNameExpression TypeName(System.Linq.Expressions.MemberExpression node, Expression named)
    {
        if (node.Member.Name != nameof(Type.FullName))
        {
            throw LambdaErrors.Of(node, "of a type, only its full name can be read in a probe.", $"Use {LambdaText.Of(node.Expression!)}.FullName, or test with 'is'.");
        }

        if (named.Type.IsValueType)
        {
            throw LambdaErrors.Of(node, $"a {TypeText.Of(named.Type)} is a value, whose type is known.", "Ask objects only for their type.");
        }

        return new(NodeTranslator.Translate(named));
    }

    private static UnaryExpression OfDuration(System.Linq.Expressions.MemberExpression node, ProbeExpression target) => node.Member.Name switch
    {
        nameof(TimeSpan.TotalMilliseconds) => new(UnaryOperator.TotalMilliseconds, target, typeof(double)),
        nameof(TimeSpan.TotalMicroseconds) => new(UnaryOperator.TotalMicroseconds, target, typeof(double)),
        nameof(TimeSpan.TotalSeconds) => new(UnaryOperator.TotalSeconds, target, typeof(double)),
        nameof(TimeSpan.Ticks) => new(UnaryOperator.Ticks, target, typeof(long)),
        _ => throw LambdaErrors.Of(node, "this part of a duration cannot be read in a probe.", "Use TotalMilliseconds, TotalMicroseconds, TotalSeconds or Ticks, or capture the TimeSpan whole."),
    };
}
