using System.Diagnostics;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Assertions;

/// <summary>Fails a test unless calls were as asked, and are known to be all.</summary>
[StackTraceHidden]
internal static class Demand
{
    /// <summary>Demands a number of calls.</summary>
    /// <param name="query">Which calls.</param>
    /// <param name="bounds">How many.</param>
    /// <returns>The calls.</returns>
    public static IReadOnlyList<RecordedCall> Count(CallQuery query, CallBounds bounds)
    {
        IReadOnlyList<RecordedCall> calls = query.Recorder.Calls;
        IReadOnlyList<CallMatch> matches = query.Run(calls);
        RecordedCall[] found = [.. matches.Where(static match => match.Answer == Answer.Yes).Select(static match => match.Call)];
        bool isEnough = found.Length >= bounds.Least;
        bool isTooMany = found.Length > bounds.Most;
        if (isEnough && !bounds.HasUpperBound)
        {
            query.Recorder.Account(found);
            return found;
        }

        // Asked for after the calls were read: what is missed meanwhile is known too.
        string[] doubts = [.. query.Doubts()];
        bool isKnown = doubts.Length == 0 && matches.All(static match => match.Answer != Answer.Unknown);
        if (isEnough && !isTooMany && isKnown)
        {
            query.Recorder.Account(found);
            return found;
        }

        bool isUncertain = isEnough && !isTooMany;
        string got = found.Length switch
        {
            0 when matches.Count == 0 && !isUncertain => $"there was none, nor any other call of {query.Pattern.MethodText}",
            0 => "there was none",
            1 => "there was 1",
            _ => $"there were {found.Length}",
        };
        FailureReport report = new();
        report.Expected(bounds.Text, query, isUncertain ? $"and {got}, but that is not certain" : $"but {got}");
        report.Doubts(doubts, isUncertain);
        report.Matching(matches);
        if (isUncertain)
        {
            report.Nearest("Whether these are among them cannot be told:", [.. matches.Where(static match => match.Answer == Answer.Unknown)]);
        }
        else if (!isTooMany)
        {
            report.Nearest(query.Pattern, matches);
        }

        report.All(calls);
        TestFramework.Fail(report.ToString());
        return found;
    }
}
