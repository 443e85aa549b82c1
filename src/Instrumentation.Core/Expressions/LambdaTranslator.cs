using System.Linq.Expressions;

namespace Instrumentation.Expressions;

/// <summary>
/// The C# front end: turns lambdas over <see cref="ProbeContext"/> into the expression language. Captured variables are read now, once.
/// Arithmetic wraps, also in a checked context; comparisons of strings are ordinal, also those whose plain .NET overloads are not.
/// </summary>
internal static class LambdaTranslator
{
    /// <summary>Translates a condition, key or value.</summary>
    /// <param name="lambda">The lambda.</param>
    /// <returns>The expression.</returns>
    /// <exception cref="ExpressionException">A part of it has no counterpart in the language.</exception>
    public static ProbeExpression Translate(LambdaExpression lambda)
    {
        ArgumentNullException.ThrowIfNull(lambda);
        return NodeTranslator.Translate(lambda.Body);
    }

    /// <summary>Translates a capture.</summary>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <param name="capture">The lambda.</param>
    /// <returns>The values to record, and how to rebuild the result from them.</returns>
    /// <exception cref="ExpressionException">A part of it has no counterpart in the language, or there are more than 32 values.</exception>
    public static CaptureShape TranslateCapture<T>(Expression<Func<ProbeContext, T>> capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        return CaptureTranslator.Translate(capture.Body, typeof(T));
    }
}
