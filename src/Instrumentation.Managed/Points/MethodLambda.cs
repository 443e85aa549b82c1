using System.Linq.Expressions;
using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>Finds the one method that a lambda calls, or the accessor of the property that it reads.</summary>
internal static class MethodLambda
{
    /// <summary>The method of a lambda such as <c>(Orders o) =&gt; o.Place(default!, 0)</c>.</summary>
    /// <param name="lambda">The lambda.</param>
    /// <returns>The method.</returns>
    /// <exception cref="SpecException">The lambda's body is no call.</exception>
    public static MethodBase MethodOf(LambdaExpression lambda)
    {
        Expression body = lambda.Body;
        while (body is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion && conversion.Method is null)
        {
            body = conversion.Operand;
        }

        return body switch
        {
            MethodCallExpression call => Overridden(call),
            NewExpression { Constructor: { } constructor } => constructor,
            MemberExpression { Member: PropertyInfo { GetMethod: { } getter } } => getter,
            IndexExpression { Indexer.GetMethod: { } indexer } => indexer,
            BinaryExpression { Method: { } binary } => binary,
            UnaryExpression { Method: { } unary } => unary,
            _ => throw new SpecException(
                $"The lambda '{lambda}'",
                "its body is not a call of a method, constructor, operator or property.",
                "Write one call, for example Probe.Method((Orders o) => o.Place(default!, 0)); the arguments do not matter."),
        };
    }

    // The compiler names the method's first declaration; the type in the lambda may override it.
    private static MethodInfo Overridden(MethodCallExpression call)
    {
        MethodInfo method = call.Method;
        if (!method.IsVirtual || call.Object is null || call.Object.Type.IsInterface || call.Object.Type == method.DeclaringType)
        {
            return method;
        }

        MethodInfo baseDefinition = method.GetBaseDefinition();
        for (Type? type = call.Object.Type; type is not null && type != method.DeclaringType; type = type.BaseType)
        {
            MethodInfo? better = type
                .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .FirstOrDefault(candidate => candidate.IsVirtual && candidate.GetBaseDefinition() == baseDefinition);
            if (better is not null)
            {
                return better;
            }
        }

        return method;
    }
}
