using System.Globalization;
using System.Linq.Expressions;
using Instrumentation.Expressions;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Assertions;

/// <summary>The conditions that there are on results of calls.</summary>
internal static class ResultConditions
{
    /// <summary>The result equals a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The condition.</returns>
    public static ResultCondition Returned(object? value) => Returned(new EqualArgument(value), $"that returned {Values.Text(value)}");

    /// <summary>A predicate holds for the result.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="predicate">The predicate.</param>
    /// <returns>The condition.</returns>
    public static ResultCondition Returned<T>(Expression<Func<T, bool>> predicate) => Returned(PatternOf(predicate), $"with a result for which {PredicateText.Of(predicate)}");

    /// <summary>An exception has left the call, or its task has failed with it.</summary>
    /// <typeparam name="TException">Its type, or a base of that.</typeparam>
    /// <param name="message">What its message is to be; null for anything.</param>
    /// <returns>The condition.</returns>
    public static ResultCondition Threw<TException>(Expression<Func<string, bool>>? message)
        where TException : Exception
    {
        string type = TypeText.Of(typeof(TException));
        ArgumentPattern? pattern = message is null ? null : PatternOf(message);
        return new ResultCondition(
            message is null ? $"that threw {type}" : $"that threw {type} with a message for which {PredicateText.Of(message)}",
            call => call.Exception is null ? Verdict.No(static () => "it threw nothing")
                : call.Exception is not TException ? Verdict.No(() => $"it threw {TypeText.Of(call.Exception.GetType())}, not {type}: {CallText.Line(call.Exception.Message)}", 0.5)
                : pattern?.Judge(call.Exception.Message, call.Exception.Message) is { Answer: not Answer.Yes } verdict ? verdict.Saying(why => $"it threw {TypeText.Of(call.Exception.GetType())}, whose message {why}")
                : Verdict.Yes);
    }

    /// <summary>The call took no longer than a time.</summary>
    /// <param name="limit">The time.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="SpecException">The time is negative.</exception>
    public static ResultCondition Within(TimeSpan limit) => limit < TimeSpan.Zero
        ? throw new SpecException($"A duration of at most {limit}", "no call takes less than no time.", "Give zero or more.")
        : new ResultCondition($"that took at most {Time(limit)}", call => call.Duration <= limit ? Verdict.Yes : Verdict.No(() => $"it took {Time(call.Duration ?? TimeSpan.Zero)}"));

    private static ResultCondition Returned(ArgumentPattern pattern, string text) => new(
        text,
        call => call.Exception is { } exception
            ? Verdict.No(() => $"it returned nothing: it threw {TypeText.Of(exception.GetType())}: {CallText.Line(exception.Message)}")
            : pattern.Judge(call.Result, call.Result) is { Answer: not Answer.Yes } verdict ? verdict.Saying(why => $"its result {why}")
            : Verdict.Yes);

    private static ArgumentPattern PatternOf<T>(Expression<Func<T, bool>> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new PredicateArgument<T>(predicate.Compile(preferInterpretation: true), PredicateText.Of(predicate), LambdaParts.Of(predicate).Captured, true);
    }

    private static string Time(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
