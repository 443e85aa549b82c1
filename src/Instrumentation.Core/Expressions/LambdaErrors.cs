using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>The errors of translation.</summary>
internal static class LambdaErrors
{
    /// <summary>The mend for values that are made of others in ways that the language lacks.</summary>
    public const string CaptureParts = "Capture the parts, and compute the rest where the events are read.";

    /// <summary>The mend for what runs code of the program.</summary>
    public const string ReadFields = "Read a field or a property instead, or name one as text with c.Field<T>(target, \"path\").";

    /// <summary>The error that a part of a lambda cannot be translated.</summary>
    /// <param name="node">The part.</param>
    /// <param name="why">Why.</param>
    /// <param name="mend">What to write instead.</param>
    /// <returns>The error.</returns>
    public static ExpressionException Of(Expression node, string why, string mend) => new(LambdaText.Of(node), why, mend);

    /// <summary>The error for a part whose kind has no counterpart in the language.</summary>
    /// <param name="node">The part.</param>
    /// <returns>The error.</returns>
    public static ExpressionException Unsupported(Expression node) => node.NodeType switch
    {
        ExpressionType.ArrayIndex or ExpressionType.Index => Of(node, "elements of arrays and collections cannot be read in a probe.", "Read its length, or a field of its owner."),
        ExpressionType.New or ExpressionType.MemberInit or ExpressionType.NewArrayInit or ExpressionType.NewArrayBounds or ExpressionType.ListInit =>
            Of(node, "an object cannot be made inside a probe: probes allocate nothing.", "Give each value a field of its own in the outermost result of Capture."),
        ExpressionType.Invoke or ExpressionType.Lambda or ExpressionType.Quote =>
            Of(node, "a delegate cannot be called in a probe: probes run no code of the program.", "Write the delegate's expression out."),
        ExpressionType.Power => Of(node, "powers cannot be computed in a probe.", "Multiply."),
        _ => Of(node, $"there is no such operation in probe expressions ({node.NodeType}).", LambdaErrors.CaptureParts),
    };

    /// <summary>The error for a value that would have to be put into an object.</summary>
    /// <param name="node">The conversion.</param>
    /// <param name="from">The value's type.</param>
    /// <returns>The error.</returns>
    public static ExpressionException Boxing(Expression node, Type from) =>
        Of(node, $"turning a {TypeText.Of(from)} into an object allocates, and probes allocate nothing.", $"Keep it a {TypeText.Of(from)}: give the member or parameter that type.");
}
