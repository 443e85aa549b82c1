using System.Diagnostics;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Assertions;

/// <summary>Fails a test unless calls began in an order.</summary>
[StackTraceHidden]
internal static class OrderDemand
{
    /// <summary>Demands that for each query there is a call that began after that for the one before.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="queries">The queries.</param>
    public static void Check(CallRecorder recorder, IReadOnlyList<CallQuery> queries)
    {
        IReadOnlyList<RecordedCall> calls = recorder.Calls;
        IReadOnlyList<CallMatch>[] matches = [.. queries.Select(query => query.Run(calls))];
        List<RecordedCall> found = [];
        foreach (IReadOnlyList<CallMatch> candidates in matches)
        {
            long after = found.Count == 0 ? 0 : found[^1].Order;
            if (candidates.FirstOrDefault(match => match.Answer == Answer.Yes && match.Call.Order > after) is not { } next)
            {
                break;
            }

            // The earliest that will do leaves the most to those that follow.
            found.Add(next.Call);
        }

        string[] doubts = [.. queries.SelectMany(static query => query.Doubts()).Distinct()];
        if (found.Count == queries.Count && doubts.Length == 0)
        {
            recorder.Account(found);
            return;
        }

        FailureReport report = new();
        report.ExpectedOrder(queries, found, found.Count < queries.Count ? null : "and so they were, but that is not certain");
        report.Doubts(doubts, found.Count == queries.Count);
        if (found.Count < queries.Count)
        {
            IReadOnlyList<CallMatch> missing = matches[found.Count];
            report.Matching(missing, found.Count == 0 ? null : "Matching calls, but not after that:");
            report.Nearest(queries[found.Count].Pattern, missing);
        }

        report.All(calls);
        TestFramework.Fail(report.ToString());
    }
}
