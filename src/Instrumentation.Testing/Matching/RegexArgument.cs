using System.Text.RegularExpressions;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A text that a regular expression matches.</summary>
internal sealed class RegexArgument : ArgumentPattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly string _pattern;
    private readonly Regex _regex;

    /// <summary>Parses the expression.</summary>
    /// <param name="pattern">The expression.</param>
    /// <exception cref="SpecException">It is none.</exception>
    public RegexArgument(string? pattern)
    {
        _pattern = pattern ?? throw new SpecException("Arg.Matches(null)", "there is nothing to match with.", "Give a regular expression.");
        try
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException error)
        {
            throw new SpecException(Text, $"it is no regular expression: {error.Message}", "Write one that System.Text.RegularExpressions.Regex takes.");
        }
    }

    /// <inheritdoc/>
    public override string Text => $"Arg.Matches({Values.Text(_pattern)})";

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original)
    {
        if (snapshot is not string text)
        {
            return Verdict.No(() => snapshot is null ? "is null" : "is no text");
        }

        try
        {
            return _regex.IsMatch(text) ? Verdict.Yes : Verdict.No(() => $"is {Values.Text(text)}, which does not match");
        }
        catch (RegexMatchTimeoutException)
        {
            return Verdict.Unknown($"is {Values.Text(text)}, and matching it took longer than {Limit.TotalSeconds:F0} s");
        }
    }
}
