namespace Instrumentation.Managed.Expressions;

/// <summary>A parameter that expressions can read.</summary>
/// <param name="Name">Its name; null when the metadata has none.</param>
/// <param name="Type">Its declared type: may be by reference, a pointer, a ref struct, or open.</param>
internal sealed record BindingParameter(string? Name, Type Type);

/// <summary>The place that an expression is bound to: what it can read there.</summary>
/// <param name="Place">The place in words, for messages.</param>
/// <param name="Parameters">The parameters, without <c>this</c>.</param>
/// <param name="ThisType">The type of the instance; null for a static method.</param>
/// <param name="ResultType">The type of the result, out of its task where there is one; void when there is none.</param>
/// <param name="Edge">The moments at which the expression is evaluated.</param>
/// <param name="GettersAllowed">True when properties may be read by calling their getters.</param>
internal sealed record BindingTarget(
    string Place,
    IReadOnlyList<BindingParameter> Parameters,
    Type? ThisType,
    Type ResultType,
    ProbeEdge Edge,
    bool GettersAllowed);
