namespace Instrumentation;

/// <summary>A condition or capture that cannot mean anything at this probe: an unknown argument, a wrong type, an unsupported operation.</summary>
public sealed class ExpressionException : InstrumentationException
{
    /// <summary>Creates the error for one sub-expression.</summary>
    /// <param name="subExpression">The sub-expression that is wrong, as text.</param>
    /// <param name="why">Why it cannot be evaluated.</param>
    /// <param name="mend">What to write instead.</param>
    public ExpressionException(string subExpression, string why, string mend)
        : base($"The expression '{subExpression}' cannot be used", why, mend) => SubExpression = subExpression;

    /// <summary>The sub-expression that is wrong, as text.</summary>
    public string SubExpression { get; }
}
