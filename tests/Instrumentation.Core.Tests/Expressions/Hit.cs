using System.Linq.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

/// <summary>A hit with values that a test chooses, and short ways to translate and evaluate lambdas over it.</summary>
internal sealed class Hit : IExpressionInput
{
    public object?[] Arguments { get; init; } = [];

    public Dictionary<string, object?> Named { get; init; } = [];

    public Dictionary<ContextValue, object?> Values { get; init; } = [];

    public object? This { get; init; }

    public object? Result { get; init; }

    public static Hit With(params object?[] arguments) => new() { Arguments = arguments };

    public static string Text<T>(Expression<Func<ProbeContext, T>> lambda) => ExpressionText.Of(LambdaTranslator.Translate(lambda));

    public static ExpressionException Refused<T>(Expression<Func<ProbeContext, T>> lambda) => Assert.Throws<ExpressionException>(() => LambdaTranslator.Translate(lambda));

    public object? Argument(int index) => Arguments[index];

    public object? Argument(string name) => Named[name];

    public object? Context(ContextValue value) => Values[value];

    public object? Value<T>(Expression<Func<ProbeContext, T>> lambda)
    {
        object? value = ExpressionInterpreter.Evaluate(LambdaTranslator.Translate(lambda), this, out bool faulted);
        Assert.False(faulted, "The evaluation faulted.");
        return value;
    }

    public object? Faulted<T>(Expression<Func<ProbeContext, T>> lambda)
    {
        object? value = ExpressionInterpreter.Evaluate(LambdaTranslator.Translate(lambda), this, out bool faulted);
        Assert.True(faulted, "The evaluation did not fault.");
        return value;
    }
}
