using Instrumentation.Expressions;

namespace Instrumentation.Testing.Matching;

/// <summary>Any value of a type.</summary>
/// <param name="type">The type.</param>
/// <param name="text">How the test wrote it.</param>
/// <param name="allowsNull">Whether null will do, where the type has it.</param>
internal sealed class AnyArgument(Type type, string text, bool allowsNull = true) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => text;

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original)
    {
        if (snapshot is null)
        {
            return allowsNull && HasNull(type) ? Verdict.Yes : Verdict.No(static () => "is null");
        }

        // What could not be kept is of the parameter's type, which the compiler has checked.
        return snapshot is UnkeptValue || type.IsByRefLike || type.IsInstanceOfType(snapshot) ? Verdict.Yes : Verdict.No(() => $"is of type {TypeText.Of(snapshot.GetType())}, not {TypeText.Of(type)}");
    }
}
