using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>Translates calls of the methods of <see cref="ProbeContext"/>: arguments, the instance, the result, paths.</summary>
internal static class ContextCallTranslator
{
    /// <summary>Translates a call.</summary>
    /// <param name="node">The call.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Translate(MethodCallExpression node) => node.Method.Name switch
    {
        nameof(ProbeContext.Arg) => Argument(node),
        nameof(ProbeContext.This) => new ThisExpression(node.Type),
        nameof(ProbeContext.Return) => new ReturnExpression(node.Type),
        nameof(ProbeContext.Field) => new PathExpression(PathTarget(node.Arguments[0]), PathText(node, node.Arguments[1], "Name the fields from the target on, separated by dots."), node.Type),
        nameof(ProbeContext.Memory) or nameof(ProbeContext.String) => new MemoryExpression(Address(node.Arguments[0]), Readable(node)),
        nameof(ProbeContext.Kernel) or nameof(ProbeContext.KernelString) => new KernelPathExpression(PathText(node, node.Arguments[0], "Write it as C does, for example \"task->real_parent->tgid\"."), Readable(node)),
        _ => throw LambdaErrors.Of(node, "this is no member that a probe can evaluate.", "Use the members of ProbeContext."),
    };

    private static ArgumentExpression Argument(MethodCallExpression node) => Known(node, node.Arguments[0], "the argument") switch
    {
        int index and >= 0 => new(index, null, node.Type),
        string { Length: > 0 } name => new(-1, name, node.Type),
        _ => throw LambdaErrors.Of(node, "an argument has a position from 0, or a name.", "Give the position without counting 'this', or the parameter's name in the source."),
    };

    private static string PathText(MethodCallExpression node, Expression path, string mend) => Known(node, path, "the path") is string text && !string.IsNullOrWhiteSpace(text)
        ? text
        : throw LambdaErrors.Of(node, "the path is empty.", mend);

    // An nint becomes a long on its way into the parameter: lambdas can compute with long only. It is the same number.
    private static ProbeExpression Address(Expression address)
    {
        ProbeExpression translated = NodeTranslator.Translate(address);
        return translated is ConvertExpression { Operand: { } native } && native.Type == typeof(nint) ? native : translated;
    }

    private static Type Readable(MethodCallExpression node) => ExpressionTypes.IsReadable(node.Type)
        ? node.Type
        : throw LambdaErrors.Of(node, $"memory cannot be read as a {TypeText.Of(node.Type)}.", "Read numbers, bools, chars, enums, addresses and strings, each by itself.");

    private static object? Known(MethodCallExpression node, Expression part, string what) => !ConstantFolder.MentionsContext(part)
        ? ConstantFolder.Evaluate(part)
        : throw LambdaErrors.Of(node, $"{what} must be known when the probe is made.", "Use a constant or a variable.");

    // The target is declared as object, but its type is what names the first step: neither boxing nor the way up to object happens.
    private static ProbeExpression PathTarget(Expression target)
    {
        while (target is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert } convert && convert.Type == typeof(object))
        {
            target = convert.Operand;
        }

        return ConstantFolder.MentionsContext(target)
            ? NodeTranslator.Translate(target)
            : throw LambdaErrors.Of(target, "a path starts at a value of the probed call.", "Start at c.This<object>(), c.Arg<object>(0) or c.Return<object>().");
    }
}
