namespace Instrumentation.Expressions;

/// <summary>Visits the nodes of expressions.</summary>
internal static class ExpressionWalk
{
    /// <summary>A node and all nodes below it.</summary>
    /// <param name="root">The node; null gives nothing.</param>
    /// <returns>The nodes, parents first.</returns>
    public static IEnumerable<ProbeExpression> Nodes(ProbeExpression? root) => root is null ? [] : root.Children.SelectMany(Nodes).Prepend(root);

    /// <summary>Whether an expression reads a value of the context.</summary>
    /// <param name="nodes">The nodes of the expression.</param>
    /// <param name="values">The values.</param>
    /// <returns>True when it reads one of them.</returns>
    public static bool Reads(this IEnumerable<ProbeExpression> nodes, params ReadOnlySpan<ContextValue> values)
    {
        foreach (ProbeExpression node in nodes)
        {
            if (node is ContextExpression context && values.Contains(context.Value))
            {
                return true;
            }
        }

        return false;
    }
}
