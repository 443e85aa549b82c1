using System.Reflection;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Assertions;

/// <summary>The calls that an assertion is about: a pattern, and what is to have come of them.</summary>
/// <param name="Recorder">Where the calls are.</param>
/// <param name="Pattern">Which calls.</param>
/// <param name="Conditions">What is to have come of them.</param>
internal sealed record CallQuery(CallRecorder Recorder, CallPattern Pattern, IReadOnlyList<ResultCondition> Conditions)
{
    /// <summary>A query for a pattern, of whose method the recorder must know.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="pattern">The pattern.</param>
    /// <returns>The query.</returns>
    /// <exception cref="SpecException">The method is not watched.</exception>
    public static CallQuery Of(CallRecorder recorder, CallPattern pattern)
    {
        if (!recorder.Watches(pattern.Method))
        {
            throw new SpecException(
                $"An assertion on {pattern.MethodText}",
                "the recorder does not watch it, so it has seen none of its calls.",
                $"Watch it first, before the code under test runs: calls.Watch(() => {pattern.MethodText}…) or calls.Watch(typeof({Expressions.TypeText.Of(pattern.Method.DeclaringType ?? typeof(object))})).");
        }

        return new CallQuery(recorder, pattern, []);
    }

    /// <summary>Compares all calls of the method so far.</summary>
    /// <param name="calls">The calls of the recorder.</param>
    /// <returns>What came of each, in order.</returns>
    public IReadOnlyList<CallMatch> Run(IReadOnlyList<RecordedCall> calls) => RecorderFlow.Quietly(() => Judge(calls));

    /// <summary>Why calls that are meant may have been missed.</summary>
    /// <returns>The reasons.</returns>
    public IEnumerable<string> Doubts() => Recorder.Doubts(Pattern.Method).Concat(Unwatched());

    private List<CallMatch> Judge(IReadOnlyList<RecordedCall> calls)
    {
        Dictionary<MethodBase, bool> known = [];
        List<CallMatch> matches = [];
        foreach (RecordedCall call in calls)
        {
            if (!known.TryGetValue(call.Method, out bool isOfMethod))
            {
                known[call.Method] = isOfMethod = Pattern.IsOfMethod(call.Method);
            }

            if (isOfMethod)
            {
                CallMatch match = Pattern.Judge(call);
                matches.Add(Conditions.Count == 0 ? match : match with { Parts = [.. match.Parts, .. Conditions.Select(condition => (string.Empty, condition.Of(call)))] });
            }
        }

        return matches;
    }

    // What implements an interface's method may have come after it was watched, or only one of several is watched.
    private IEnumerable<string> Unwatched() => Pattern.Method is MethodInfo { IsVirtual: true, IsFinal: false }
        ? Implementations.Of(Pattern.Method).Where(other => !Recorder.Watches(other)).Select(static other => $"{CallText.OfMethod(other)} is one of them too, and is not watched.")
        : [];
}
