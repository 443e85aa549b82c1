using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Matching;

/// <summary>The values of parts of an assertion's lambda: captured variables and what is computed of them.</summary>
internal static class Evaluation
{
    /// <summary>The value of an expression. What it calls is not recorded.</summary>
    /// <param name="expression">The expression, without parameters of its own.</param>
    /// <returns>The value.</returns>
    /// <exception cref="SpecException">It throws.</exception>
    public static object? Of(Expression expression)
    {
        switch (expression)
        {
            case System.Linq.Expressions.ConstantExpression constant:
                return constant.Value;
            case System.Linq.Expressions.MemberExpression { Member: FieldInfo { IsStatic: false } field, Expression: System.Linq.Expressions.ConstantExpression { Value: { } closure } }:
                return field.GetValue(closure);
        }

        try
        {
            return RecorderFlow.Quietly(Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true));
        }
        catch (Exception error) when (error is not SpecException)
        {
            throw new SpecException(
                $"'{LambdaText.Of(expression)}' in the assertion's lambda",
                $"its value was asked for and it threw {TypeText.Of(error.GetType())}: {error.Message}",
                "Give a value that can be computed, or Arg.Any<T>().");
        }
    }
}
