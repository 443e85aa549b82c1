using System.Diagnostics;
using System.Linq.Expressions;
using Instrumentation.Testing.Assertions;

namespace Instrumentation.Testing;

/// <summary>
/// The calls that an assertion has found, one at least, to refine: how many, what came of them. Counts fail, with the reasons, also when calls may have been missed or cannot be told
/// apart: when one has not ended yet whose result is asked for, for instance.
/// </summary>
[StackTraceHidden]
public sealed class MatchedCalls
{
    private readonly CallQuery _query;

    internal MatchedCalls(CallQuery query)
    {
        _query = query;
        Calls = Demand.Count(query, new CallBounds(1, int.MaxValue));
    }

    /// <summary>The calls when the assertion was made, in the order in which they began.</summary>
    public IReadOnlyList<RecordedCall> Calls { get; }

    /// <summary>Demands exactly one.</summary>
    /// <returns>The calls.</returns>
    public MatchedCalls Once() => Exactly(1);

    /// <summary>Demands exactly two.</summary>
    /// <returns>The calls.</returns>
    public MatchedCalls Twice() => Exactly(2);

    /// <summary>Demands an exact number.</summary>
    /// <param name="count">The number, 1 or more; for none there is <see cref="CallAssertions.NeverHaveCalled(LambdaExpression)"/>.</param>
    /// <returns>The calls.</returns>
    /// <exception cref="SpecException">The number is less than 1.</exception>
    public MatchedCalls Times(int count) => Exactly(count);

    /// <summary>Demands a least number.</summary>
    /// <param name="count">The number, 1 or more.</param>
    /// <returns>The calls.</returns>
    /// <exception cref="SpecException">The number is less than 1.</exception>
    public MatchedCalls AtLeast(int count) => Require(new CallBounds(Positive(count), int.MaxValue));

    /// <summary>Demands a greatest number, and at least one call.</summary>
    /// <param name="count">The number, 1 or more.</param>
    /// <returns>The calls.</returns>
    /// <exception cref="SpecException">The number is less than 1.</exception>
    public MatchedCalls AtMost(int count) => Require(new CallBounds(1, Positive(count)));

    /// <summary>Narrows to the calls that returned a value, one at least; of an async call it is the task's result. Compared like arguments.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Those calls.</returns>
    public MatchedCalls Returning(object? value) => Narrow(ResultConditions.Returned(value));

    /// <summary>Narrows to the calls whose result a predicate holds for, one at least.</summary>
    /// <typeparam name="T">The result's type; others do not match.</typeparam>
    /// <param name="predicate">The predicate: <c>(Order o) => o.Quantity > 2</c>.</param>
    /// <returns>Those calls.</returns>
    public MatchedCalls Returning<T>(Expression<Func<T, bool>> predicate) => Narrow(ResultConditions.Returned(predicate));

    /// <summary>Narrows to the calls that an exception has left, or whose task has failed with it, one at least.</summary>
    /// <typeparam name="TException">The exception's type, or a base of it.</typeparam>
    /// <returns>Those calls.</returns>
    public MatchedCalls Throwing<TException>()
        where TException : Exception => Narrow(ResultConditions.Threw<TException>(null));

    /// <inheritdoc cref="Throwing{TException}()"/>
    /// <param name="message">A predicate that the message has to pass.</param>
    public MatchedCalls Throwing<TException>(Expression<Func<string, bool>> message)
        where TException : Exception => Narrow(ResultConditions.Threw<TException>(message));

    /// <summary>Narrows to the calls that took no longer than a time, one at least; an async call lasts until its task ends.</summary>
    /// <param name="duration">The time, 0 or more.</param>
    /// <returns>Those calls.</returns>
    /// <exception cref="SpecException">The time is negative.</exception>
    public MatchedCalls Within(TimeSpan duration) => Narrow(ResultConditions.Within(duration));

    private static int Positive(int count) => count >= 1
        ? count
        : throw new SpecException($"A number of {count} calls here", "these are the calls that were found, and there is one at least.", "Give 1 or more, or write NeverHaveCalled(…).");

    private MatchedCalls Exactly(int count) => Require(new CallBounds(Positive(count), Positive(count)));

    private MatchedCalls Require(CallBounds bounds)
    {
        Demand.Count(_query, bounds);
        return this;
    }

    private MatchedCalls Narrow(ResultCondition condition) => new(_query with { Conditions = [.. _query.Conditions, condition] });
}
