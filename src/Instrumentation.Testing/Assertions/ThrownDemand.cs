using System.Diagnostics;
using System.Linq.Expressions;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Assertions;

/// <summary>Fails a test unless an exception was thrown.</summary>
[StackTraceHidden]
internal static class ThrownDemand
{
    /// <summary>Demands an exception.</summary>
    /// <typeparam name="TException">Its type, or a base of it.</typeparam>
    /// <param name="recorder">The recorder.</param>
    /// <param name="message">A predicate on the message, or null.</param>
    /// <returns>The first such exception.</returns>
    public static TException First<TException>(CallRecorder recorder, Expression<Func<string, bool>>? message)
        where TException : Exception
    {
        IReadOnlyList<RecordedCall> calls = recorder.Calls;
        ResultCondition condition = ResultConditions.Threw<TException>(message);
        List<CallMatch> others = [];
        foreach (RecordedCall call in calls)
        {
            Verdict verdict = RecorderFlow.Quietly(() => condition.Of(call));
            if (verdict.Answer == Answer.Yes)
            {
                return (TException)call.Exception!;
            }

            if (call.Exception is not null || !call.HasEnded)
            {
                others.Add(new CallMatch(call, [(string.Empty, verdict)]));
            }
        }

        FailureReport report = new();
        report.Line($"Expected a call {condition.Text}, but there was none.");
        report.Doubts([.. recorder.Doubts(null)], isReason: false);
        report.Nearest("Calls that threw, or have not ended yet:", others);
        report.All(calls);
        TestFramework.Fail(report.ToString());
        return null!;
    }
}
