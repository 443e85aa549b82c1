using System.Diagnostics;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Assertions;

/// <summary>Fails a test when there were calls that nothing has asked for.</summary>
[StackTraceHidden]
internal static class OtherCallsDemand
{
    /// <summary>Demands that there are no calls but those that assertions have found.</summary>
    /// <param name="recorder">The recorder.</param>
    public static void NoOthers(CallRecorder recorder)
    {
        IReadOnlyList<RecordedCall> calls = recorder.Calls;
        Check(recorder, calls, [.. calls.Where(call => !recorder.IsAccounted(call))], "Expected no calls besides those that assertions have found");
    }

    /// <summary>Demands that every call is one of some.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="queries">Those.</param>
    public static void Only(CallRecorder recorder, IReadOnlyList<CallQuery> queries)
    {
        IReadOnlyList<RecordedCall> calls = recorder.Calls;
        HashSet<RecordedCall> known = [.. queries.SelectMany(query => query.Run(calls)).Where(static match => match.Answer == Answer.Yes).Select(static match => match.Call)];
        Check(recorder, calls, [.. calls.Where(call => !known.Contains(call))], $"Expected no calls besides those of{string.Concat(queries.Select(static query => $"\n    {query.Pattern.Text}"))}\n", queries);
        recorder.Account(known);
    }

    private static void Check(CallRecorder recorder, IReadOnlyList<RecordedCall> calls, IReadOnlyList<RecordedCall> others, string expected, IReadOnlyList<CallQuery>? queries = null)
    {
        string[] doubts = [.. recorder.Doubts(null)];
        if (others.Count == 0 && doubts.Length == 0)
        {
            return;
        }

        string gap = expected.EndsWith('\n') ? string.Empty : ", ";
        FailureReport report = new();
        report.Line($"{expected}{gap}{(others.Count == 0 ? "and there was none, but that is not certain." : others.Count == 1 ? "but there was 1." : $"but there were {others.Count}.")}");
        report.Doubts(doubts, others.Count == 0);
        report.Calls("Not expected:", others, FailureReport.MatchesShown);
        foreach (CallQuery query in queries ?? [])
        {
            report.Nearest(query.Pattern, [.. query.Run(others)]);
        }

        report.All(calls);
        TestFramework.Fail(report.ToString());
    }
}
