using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>Reads what stands for an argument in an assertion's lambda.</summary>
internal static class ArgumentReader
{
    /// <summary>The pattern that an expression means.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="parameter">The parameter that it is given to.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It means none.</exception>
    public static ArgumentPattern Read(Expression expression, ParameterInfo parameter) => parameter is { IsOut: true, ParameterType.IsByRef: true }
        ? new AnyArgument(typeof(object), "out _")
        : Read(expression);

    /// <summary>The pattern that the expression means which a method is called on: that very object.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It means none.</exception>
    public static ArgumentPattern ReadInstance(Expression expression) => Read(expression, isInstance: true);

    /// <summary>The pattern that an expression means.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="isInstance">Whether a value is that very object, and not one that equals it.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It means none.</exception>
    public static ArgumentPattern Read(Expression expression, bool isInstance = false)
    {
        (Expression inner, bool isConverted, bool isComputed) = Unwrap(expression);
        switch (inner)
        {
            case ParameterExpression whole:
                return new AnyArgument(whole.Type, whole.Name ?? "any");
            case MethodCallExpression call when LambdaParts.IsMatcher(call.Method):
                DemandPlain(expression, call, isComputed);
                return OfCall(call, isConverted ? expression.Type : call.Type);
            case System.Linq.Expressions.MemberExpression { Member: FieldInfo field } when LambdaParts.IsMatcher(field):
                return new AnyArgument(field.FieldType, $"ref Arg.Ref<{TypeText.Of(field.FieldType)}>.Any");
            case NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array when LambdaParts.Of(array).Matcher is not null:
                return new SequenceArgument([.. array.Expressions.Select(static element => Read(element))]);
        }

        LambdaParts parts = LambdaParts.Of(expression);
        if (parts.Matcher is { } matcher)
        {
            throw new SpecException(
                $"'{LambdaText.Of(expression)}' in the assertion's lambda",
                $"{LambdaText.Of(matcher)} stands for a whole argument, and is a part of one here.",
                "Write Arg.Is<T>(predicate) for the whole argument.");
        }

        DemandNoParameter(expression, parts);
        object? value = Evaluation.Of(expression);
        return isInstance ? new SameArgument(value, LambdaText.Of(expression)) : new EqualArgument(value);
    }

    private static (Expression Inner, bool IsConverted, bool IsComputed) Unwrap(Expression expression)
    {
        bool isConverted = false;
        bool isComputed = false;
        while (expression is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion)
        {
            isConverted |= conversion.Operand.Type.IsPrimitive && conversion.Type.IsPrimitive;
            isComputed |= conversion.Method is not null;
            expression = conversion.Operand;
        }

        return (expression, isConverted, isComputed);
    }

    private static ArgumentPattern OfCall(MethodCallExpression call, Type type)
    {
        Type asked = call.Type;
        switch (call.Method.Name)
        {
            case nameof(Arg.Any):
                return new AnyArgument(type, $"Arg.Any<{TypeText.Of(asked)}>()");
            case nameof(Arg.NotNull):
                return new AnyArgument(type, $"Arg.NotNull<{TypeText.Of(asked)}>()", allowsNull: false);
            case nameof(Arg.Matches):
                return new RegexArgument(Value(call) as string);
            case nameof(Arg.Same):
                return new SameArgument(Value(call), LambdaText.Of(call));
        }

        bool expected = call.Method.Name == nameof(Arg.Is);
        bool isPredicate = call.Method.GetGenericMethodDefinition().GetParameters()[0].ParameterType.IsGenericType;
        if (isPredicate)
        {
            return OfPredicate(call.Arguments[0], asked, expected);
        }

        EqualArgument equal = new(Value(call));
        return expected ? equal : new NotArgument(equal);
    }

    private static ArgumentPattern OfPredicate(Expression predicate, Type asked, bool expected)
    {
        LambdaParts parts = LambdaParts.Of(predicate);
        DemandNoParameter(predicate, parts);
        Delegate test = predicate is LambdaExpression lambda ? lambda.Compile(preferInterpretation: true)
            : Evaluation.Of(predicate) as Delegate ?? throw new SpecException($"'{LambdaText.Of(predicate)}' in the assertion's lambda", "the predicate is null.", "Give a predicate.");
        string source = predicate is LambdaExpression written ? PredicateText.Of(written) : LambdaText.Of(predicate);
        return (ArgumentPattern)Activator.CreateInstance(typeof(PredicateArgument<>).MakeGenericType(asked), test, source, predicate is LambdaExpression ? parts.Captured : string.Empty, expected)!;
    }

    private static object? Value(MethodCallExpression call)
    {
        DemandNoParameter(call.Arguments[0], LambdaParts.Of(call.Arguments[0]));
        return Evaluation.Of(call.Arguments[0]);
    }

    private static void DemandPlain(Expression whole, MethodCallExpression call, bool isComputed)
    {
        if (isComputed && call.Method.Name != nameof(Arg.Any))
        {
            throw new SpecException(
                $"'{LambdaText.Of(whole)}' in the assertion's lambda",
                $"the program's own conversion from {TypeText.Of(call.Type)} to {TypeText.Of(whole.Type)} lies between, and the argument is the converted one.",
                $"Write Arg.{call.Method.Name}<{TypeText.Of(whole.Type)}>(…).");
        }
    }

    private static void DemandNoParameter(Expression expression, LambdaParts parts)
    {
        if (parts.Parameter is { } parameter)
        {
            throw new SpecException(
                $"'{LambdaText.Of(expression)}' in the assertion's lambda",
                $"{parameter.Name} stands for any instance there, and has no value.",
                $"Call the method on {parameter.Name} itself, or capture the object that you mean in a variable.");
        }
    }
}
