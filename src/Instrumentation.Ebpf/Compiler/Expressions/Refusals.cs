using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>The refusals of what BPF cannot compute: each names the sub-expression and what to write instead.</summary>
internal static class Refusals
{
    /// <summary>Refuses an expression whose value has no place in a register: floating-point numbers, objects, structs.</summary>
    /// <param name="expression">The expression.</param>
    /// <exception cref="ExpressionException">It is one.</exception>
    public static void Demand(ProbeExpression expression)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(expression.Type);
        if (ExpressionTypes.IsFloating(code))
        {
            throw Fraction(expression);
        }

        if (code == TypeCode.Object)
        {
            throw Object(expression);
        }
    }

    /// <summary>The refusal of a node that has no meaning in the kernel.</summary>
    /// <param name="expression">The node.</param>
    /// <returns>The error.</returns>
    public static ExpressionException Unknown(ProbeExpression expression) => expression switch
    {
        ThisExpression => Of(expression, "there is no instance at a point of the kernel or of native code.", "Use c.Arg<nint>(0): native methods get their instance as the first argument."),
        MemberExpression or PathExpression => Of(expression, "fields of .NET objects cannot be read from a point of the kernel or of native code.", "Attach to the .NET method with Probe.Method, or read memory by its address."),
        TypeTestExpression or TypeNameExpression => Of(expression, "the types of .NET objects are not known at a point of the kernel or of native code.", "Attach to the .NET method with Probe.Method."),
        _ => Of(expression, "it cannot be computed in the kernel.", LambdaErrors.CaptureParts),
    };

    /// <summary>The refusal of a sub-expression.</summary>
    /// <param name="expression">The sub-expression.</param>
    /// <param name="why">Why it cannot be computed.</param>
    /// <param name="mend">What to write instead.</param>
    /// <returns>The error.</returns>
    public static ExpressionException Of(ProbeExpression expression, string why, string mend) => new(ExpressionText.Of(expression), why, mend);

    private static ExpressionException Fraction(ProbeExpression expression)
    {
        const string why = "the kernel's programs have no floating-point numbers.";
        return expression is UnaryExpression { Operator: UnaryOperator.TotalMilliseconds or UnaryOperator.TotalMicroseconds or UnaryOperator.TotalSeconds } total
            ? Of(expression, why, $"Capture {ExpressionText.Of(total.Operand)} whole, compute with its Ticks, or compare {ExpressionText.Of(expression)} with a constant.")
            : Of(expression, why, "Compute with whole numbers: a comparison of a number with a constant fraction is possible, other arithmetic of fractions is not.");
    }

    private static ExpressionException Object(ProbeExpression expression) => expression switch
    {
        ThisExpression or MemberExpression or PathExpression or TypeNameExpression => Unknown(expression),
        _ when expression.Type == typeof(string) => Of(expression, "a string is no number.", "Compare strings with == or != only, or test their beginning, end or contents."),
        _ when expression.Type.IsValueType => Of(expression, $"a {TypeText.Of(expression.Type)} has no place in a register of the kernel's programs.", "Read a number of it."),
        _ => Of(expression, "there are no .NET objects at a point of the kernel or of native code.", "Read numbers, addresses (nint) and strings."),
    };
}
