namespace Instrumentation.Expressions;

/// <summary>
/// The values of one hit that <see cref="ExpressionInterpreter"/> reads, as ordinary objects: boxed values, references, null.
/// </summary>
internal interface IExpressionInput
{
    /// <summary>The instance that the method was called on; null for a static method.</summary>
    object? This { get; }

    /// <summary>The result of the call; null when there is none.</summary>
    object? Result { get; }

    /// <summary>An argument by position.</summary>
    /// <param name="index">The position from 0.</param>
    /// <returns>The argument.</returns>
    object? Argument(int index);

    /// <summary>An argument by name.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <returns>The argument.</returns>
    object? Argument(string name);

    /// <summary>A value of the context.</summary>
    /// <param name="value">Which.</param>
    /// <returns>The value; the duration as a <see cref="TimeSpan"/> or as a long of nanoseconds.</returns>
    object? Context(ContextValue value);
}
