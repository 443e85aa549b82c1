using Instrumentation.Expressions;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A certain object. Of a struct, which has no identity, a value that equals it.</summary>
/// <param name="expected">The object.</param>
/// <param name="text">How the test wrote it.</param>
internal sealed class SameArgument(object? expected, string text) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => text;

    /// <summary>Whether it is null.</summary>
    public bool IsNull => expected is null;

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original) =>
        ReferenceEquals(expected, original) ? Verdict.Yes
        : expected is ValueType ? ValueEquality.Compare(expected, snapshot, original)
        : original is null || expected is null ? Verdict.No(() => $"is {Values.Text(snapshot)}, not {Values.Text(expected)}")
        : Verdict.No(() => $"is another {TypeText.Of(original.GetType())}: {Values.Text(snapshot)}");
}
