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

    /// <summary>Reads the memory of the probed process.</summary>
    /// <param name="address">The address.</param>
    /// <param name="type">A primitive, or a string.</param>
    /// <param name="value">The value; a string as long as the backend's bound lets it be.</param>
    /// <returns>False when it cannot be read, as always where there is no such memory.</returns>
    bool TryReadMemory(ulong address, Type type, out object? value)
    {
        value = null;
        return false;
    }

    /// <summary>Reads a structure of the kernel.</summary>
    /// <param name="path">The path.</param>
    /// <param name="type">A primitive, or a string.</param>
    /// <param name="value">The value; a string as long as the backend's bound lets it be.</param>
    /// <returns>False when it cannot be read, as always where there is no kernel.</returns>
    bool TryReadKernel(string path, Type type, out object? value)
    {
        value = null;
        return false;
    }
}
