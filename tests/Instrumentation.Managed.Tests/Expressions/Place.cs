using System.Linq.Expressions;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>Places to bind to, and short ways to bind lambdas there.</summary>
internal static class Place
{
    public static BindingTarget Of(params (string? Name, Type Type)[] parameters) =>
        new("Shop.Orders::Place", [.. parameters.Select(parameter => new BindingParameter(parameter.Name, parameter.Type))], null, typeof(void), ProbeEdge.Call, false);

    public static BindingTarget On<T>() => Of() with { ThisType = typeof(T) };

    public static ProbeExpression Bind<T>(this BindingTarget target, Expression<Func<ProbeContext, T>> lambda) => ExpressionBinder.Bind(LambdaTranslator.Translate(lambda), target);

    public static ExpressionException Refuses<T>(this BindingTarget target, Expression<Func<ProbeContext, T>> lambda) => Assert.Throws<ExpressionException>(() => target.Bind(lambda));
}
