using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A value that equals another.</summary>
/// <param name="expected">The other.</param>
internal sealed class EqualArgument(object? expected) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => Values.Text(expected);

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original) => ValueEquality.Compare(expected, snapshot, original);
}
