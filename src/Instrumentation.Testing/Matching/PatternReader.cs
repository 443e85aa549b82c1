using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Points;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>Reads which calls an assertion means from the lambda, or from what reflection gives.</summary>
internal static class PatternReader
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The calls that a lambda such as <c>() => Cache.Put("order:1", Arg.Any&lt;Order&gt;())</c> means.</summary>
    /// <param name="lambda">The lambda.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It means none.</exception>
    public static CallPattern Read(LambdaExpression lambda)
    {
        ArgumentNullException.ThrowIfNull(lambda);
        MethodBase method = MethodLambda.MethodOf(lambda);
        (Expression? target, IReadOnlyList<Expression> arguments) = Parts(Body(lambda));
        TypeArguments.DemandVisible(method);
        (ArgumentPattern? instance, string? text) = InstanceOf(target);
        ParameterInfo[] parameters = method.GetParameters();
        return new CallPattern(method, instance, [.. arguments.Select((argument, index) => ArgumentReader.Read(argument, parameters[index]))], text);
    }

    /// <summary>The assignments to a property or an indexer.</summary>
    /// <param name="property">The property, as a lambda that reads it.</param>
    /// <param name="value">What is to be assigned.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It is no property, or none that can be set.</exception>
    public static CallPattern ReadSetter(LambdaExpression property, ArgumentPattern value)
    {
        CallPattern read = Read(property);
        MethodInfo? setter = read.Method.DeclaringType!.GetProperties(Declared).FirstOrDefault(candidate => candidate.GetMethod == read.Method)?.SetMethod;
        if (setter is null)
        {
            throw new SpecException($"'{LambdaText.Of(property)}' as what is set", "it is not a property that has a setter.", "Write a lambda that reads the property, for example () => order.Total.");
        }

        return read with { Method = setter, Arguments = [.. read.Arguments!, value] };
    }

    /// <summary>What a lambda such as <c>() => Arg.Is&lt;decimal&gt;(t => t > 0)</c> stands for.</summary>
    /// <param name="value">The lambda.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">It cannot be computed.</exception>
    public static ArgumentPattern ReadValue(LambdaExpression value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ArgumentReader.Read(value.Body);
    }

    /// <summary>Calls of a method that reflection gives.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">What the arguments are to be; null for any.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">There are more or fewer than the method has.</exception>
    public static CallPattern Of(MethodBase method, IReadOnlyList<ArgumentPattern>? arguments)
    {
        ArgumentNullException.ThrowIfNull(method);
        int count = method.GetParameters().Length;
        if (arguments is not null && arguments.Count != count)
        {
            throw new SpecException($"{arguments.Count} arguments for {CallText.OfMethod(method)}", $"it has {count}.", "Give one for each parameter, or none for whatever arguments.");
        }

        TypeArguments.DemandVisible(method);
        return new CallPattern(method, null, arguments, null);
    }

    /// <summary>The patterns in a lambda such as <c>() => new object?[] { "a", Arg.Any&lt;int&gt;() }</c>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The lambda.</param>
    /// <returns>The patterns.</returns>
    /// <exception cref="SpecException">It is no array, or one of another length.</exception>
    public static CallPattern Of(MethodBase method, LambdaExpression arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(method);
        ParameterInfo[] parameters = method.GetParameters();
        if (arguments.Body is not NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array || array.Expressions.Count != parameters.Length)
        {
            throw new SpecException($"'{LambdaText.Of(arguments)}' as the arguments of {CallText.OfMethod(method)}", $"it is no array of {parameters.Length}.", "Write () => new object?[] { … } with one for each parameter.");
        }

        return Of(method, [.. array.Expressions.Select((argument, index) => ArgumentReader.Read(argument, parameters[index]))]);
    }

    private static Expression Body(LambdaExpression lambda)
    {
        Expression body = lambda.Body;
        while (body is System.Linq.Expressions.UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked, Method: null } conversion)
        {
            body = conversion.Operand;
        }

        return body;
    }

    private static (Expression? Target, IReadOnlyList<Expression> Arguments) Parts(Expression body) => body switch
    {
        MethodCallExpression call => (call.Object, call.Arguments),
        NewExpression made => (null, made.Arguments),
        IndexExpression index => (index.Object, index.Arguments),
        System.Linq.Expressions.MemberExpression member => (member.Expression, []),
        System.Linq.Expressions.BinaryExpression binary => (null, [binary.Left, binary.Right]),
        System.Linq.Expressions.UnaryExpression unary => (null, [unary.Operand]),
        _ => (null, []),
    };

    private static (ArgumentPattern? Instance, string? Text) InstanceOf(Expression? target)
    {
        if (target is null)
        {
            return (null, null);
        }

        ArgumentPattern pattern = ArgumentReader.ReadInstance(target);
        if (pattern is SameArgument { IsNull: true })
        {
            throw new SpecException($"'{LambdaText.Of(target)}' in the assertion's lambda", "it is null, and nothing is called on null.", "Give the object that is called, or a parameter of its type for any: (Service s) => s.Run().");
        }

        return pattern is AnyArgument ? (pattern, null) : (pattern, pattern.Text);
    }
}
