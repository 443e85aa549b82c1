using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A value that another pattern does not fit.</summary>
/// <param name="inner">The other.</param>
internal sealed class NotArgument(ArgumentPattern inner) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => $"Arg.Not({inner.Text})";

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original)
    {
        Verdict verdict = inner.Judge(snapshot, original);
        return verdict.Answer switch
        {
            Answer.Yes => Verdict.No(() => $"is {Values.Text(snapshot)}"),
            Answer.No => Verdict.Yes,
            _ => verdict,
        };
    }
}
