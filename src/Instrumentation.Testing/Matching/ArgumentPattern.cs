namespace Instrumentation.Testing.Matching;

/// <summary>What an argument, an instance or a result is to be.</summary>
internal abstract class ArgumentPattern
{
    /// <summary>The pattern as a test would write it.</summary>
    public abstract string Text { get; }

    /// <summary>Whether a value is as expected.</summary>
    /// <param name="snapshot">The value as it was at the call.</param>
    /// <param name="original">The program's own object, which may have changed since.</param>
    /// <returns>The verdict.</returns>
    public abstract Verdict Judge(object? snapshot, object? original);

    /// <summary>Whether a type has null.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it does.</returns>
    protected static bool HasNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>Refuses values that could not be kept.</summary>
    /// <param name="snapshot">The value.</param>
    /// <returns>The verdict, or null when the value is there.</returns>
    protected static Verdict? Unkept(object? snapshot) => snapshot is UnkeptValue unkept ? Verdict.Unknown($"could not be kept {unkept}") : null;
}
