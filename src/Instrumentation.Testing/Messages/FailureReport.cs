using System.Text;
using Instrumentation.Testing.Assertions;
using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.Messages;

/// <summary>The message of a failed assertion: what was expected, what came nearest, and what was called instead.</summary>
internal sealed class FailureReport
{
    /// <summary>Calls that are shown which match.</summary>
    public const int MatchesShown = 10;

    /// <summary>Calls that are shown which nearly match.</summary>
    public const int NearestShown = 5;

    /// <summary>Calls that are shown of all.</summary>
    public const int CallsShown = 20;

    private readonly StringBuilder _text = new();

    /// <summary>Adds a line.</summary>
    /// <param name="line">The line.</param>
    public void Line(string line) => _text.Append(line).Append('\n');

    /// <summary>Says what was expected of a number of calls.</summary>
    /// <param name="count">How many.</param>
    /// <param name="query">Of what.</param>
    /// <param name="got">What there was instead.</param>
    public void Expected(string count, CallQuery query, string got)
    {
        Line($"Expected {count} of");
        Line($"    {query.Pattern.Text}");
        foreach (ResultCondition condition in query.Conditions)
        {
            Line($"    {condition.Text}");
        }

        Line($"{got}.");
    }

    /// <summary>Says what was expected of an order of calls.</summary>
    /// <param name="queries">The order.</param>
    /// <param name="found">Which calls there are, as far as the order goes.</param>
    /// <param name="outcome">How it ended; null when a call is missing.</param>
    public void ExpectedOrder(IReadOnlyList<CallQuery> queries, IReadOnlyList<RecordedCall> found, string? outcome)
    {
        Line("Expected calls in this order:");
        for (int i = 0; i < queries.Count; i++)
        {
            Line($"    {i + 1}. {queries[i].Pattern.Text}{(i < found.Count ? $"  was #{found[i].Order}" : i == found.Count ? "  is missing" : string.Empty)}");
        }

        Line(outcome is not null ? $"{outcome}." : found.Count == 0 ? "but there was no call of 1." : $"but after #{found[^1].Order} there was no call of {found.Count + 1}.");
    }

    /// <summary>Says why calls may have been missed.</summary>
    /// <param name="doubts">Why.</param>
    /// <param name="isReason">Whether that is what the assertion fails for.</param>
    public void Doubts(IReadOnlyCollection<string> doubts, bool isReason)
    {
        if (doubts.Count > 0)
        {
            Line(isReason ? "Calls may have been missed:" : "Calls may also have been missed:");
            foreach (string doubt in doubts)
            {
                Line($"  - {doubt}");
            }
        }
    }

    /// <summary>Shows the calls that are as expected.</summary>
    /// <param name="matches">All calls of the method.</param>
    /// <param name="title">What they are; null for the usual.</param>
    public void Matching(IReadOnlyList<CallMatch> matches, string? title = null)
    {
        Calls(title ?? "Matching calls:", [.. matches.Where(static match => match.Answer == Answer.Yes).Select(static match => match.Call)], MatchesShown);
    }

    /// <summary>Shows calls with their callers.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="most">The most that are shown.</param>
    public void Calls(string title, IReadOnlyList<RecordedCall> calls, int most)
    {
        if (calls.Count == 0)
        {
            return;
        }

        Line(string.Empty);
        Line(title);
        foreach (RecordedCall call in calls.Take(most))
        {
            Call(call, []);
        }

        More(calls.Count - most);
    }

    /// <summary>Shows the calls of the method that are not as expected, nearest first.</summary>
    /// <param name="pattern">What was expected.</param>
    /// <param name="matches">All calls of the method.</param>
    public void Nearest(CallPattern pattern, IReadOnlyList<CallMatch> matches)
    {
        CallMatch[] others = [.. matches.Where(static match => match.Answer != Answer.Yes)];
        Nearest(others.Length == 1 ? $"The nearest call of {pattern.MethodText}:" : $"Other calls of {pattern.MethodText}, nearest first:", others);
    }

    /// <summary>Shows calls that are not as expected, nearest first, with the reasons.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="others">The calls.</param>
    public void Nearest(string title, IReadOnlyList<CallMatch> others)
    {
        if (others.Count == 0)
        {
            return;
        }

        Line(string.Empty);
        Line(title);
        foreach (CallMatch match in others.OrderBy(static match => match.Distance).ThenBy(static match => match.Call.Order).Take(NearestShown))
        {
            Call(match.Call, match.Reasons);
        }

        More(others.Count - NearestShown);
    }

    /// <summary>Shows all calls in order.</summary>
    /// <param name="calls">The calls.</param>
    public void All(IReadOnlyList<RecordedCall> calls)
    {
        Line(string.Empty);
        if (calls.Count == 0)
        {
            Line("Nothing that is watched was called.");
            return;
        }

        Line(calls.Count == 1 ? "The only call that was recorded:" : $"The {calls.Count} calls that were recorded, in order:");
        int width = $"{Math.Min(calls.Count, CallsShown)}".Length + 1;
        foreach (RecordedCall call in calls.Take(CallsShown))
        {
            Line($"  {$"#{call.Order}".PadLeft(width)} {new string(' ', 2 * DepthOf(call))}{CallText.Of(call)}{CallText.Outcome(call)}");
        }

        More(calls.Count - CallsShown);
    }

    /// <summary>The message.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text.ToString().TrimEnd('\n');

    private static int DepthOf(RecordedCall call)
    {
        int depth = 0;
        for (RecordedCall? around = call.Parent; around is not null && depth < 8; around = around.Parent)
        {
            depth++;
        }

        return depth;
    }

    private void Call(RecordedCall call, IEnumerable<string> reasons)
    {
        Line($"  #{call.Order} {CallText.Of(call)}{CallText.Outcome(call)}");
        foreach (string reason in reasons)
        {
            Line($"       ✗ {reason}");
        }

        if (call.Caller is { } caller)
        {
            Line($"     called by {caller}");
        }
    }

    private void More(int count)
    {
        if (count > 0)
        {
            Line($"  … and {count} more");
        }
    }
}
