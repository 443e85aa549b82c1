namespace Instrumentation.Managed.Expressions;

/// <summary>What emitted expressions call. Nothing here throws or allocates.</summary>
internal static class ExpressionRuntime
{
    /// <summary>Whether a string begins with another, ordinally.</summary>
    /// <param name="target">The string.</param>
    /// <param name="argument">The other.</param>
    /// <param name="fault">Set to 1 when either is null.</param>
    /// <returns>True when it does.</returns>
    public static bool StartsWith(string? target, string? argument, ref int fault) =>
        Both(target, argument, ref fault) && target.AsSpan().StartsWith(argument.AsSpan());

    /// <summary>Whether a string ends with another, ordinally.</summary>
    /// <param name="target">The string.</param>
    /// <param name="argument">The other.</param>
    /// <param name="fault">Set to 1 when either is null.</param>
    /// <returns>True when it does.</returns>
    public static bool EndsWith(string? target, string? argument, ref int fault) =>
        Both(target, argument, ref fault) && target.AsSpan().EndsWith(argument.AsSpan());

    /// <summary>Whether a string contains another, ordinally.</summary>
    /// <param name="target">The string.</param>
    /// <param name="argument">The other.</param>
    /// <param name="fault">Set to 1 when either is null.</param>
    /// <returns>True when it does.</returns>
    public static bool Contains(string? target, string? argument, ref int fault) =>
        Both(target, argument, ref fault) && target.AsSpan().IndexOf(argument.AsSpan()) >= 0;

    /// <summary>The full name of an object's type, which the runtime keeps once it was asked for.</summary>
    /// <param name="target">The object.</param>
    /// <param name="fault">Set to 1 when it is null.</param>
    /// <returns>The name.</returns>
    public static string? TypeName(object? target, ref int fault)
    {
        if (target is not null)
        {
            return target.GetType().FullName;
        }

        fault = 1;
        return null;
    }

    private static bool Both(string? target, string? argument, ref int fault)
    {
        if (target is not null && argument is not null)
        {
            return true;
        }

        fault = 1;
        return false;
    }
}
