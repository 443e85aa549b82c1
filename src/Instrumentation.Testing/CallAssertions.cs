using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Testing.Assertions;
using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing;

/// <summary>
/// Assertions on the calls of a recorder. Calls are written as lambdas, which are read and not run: <c>() => Cache.Put("a", Arg.Any&lt;Order&gt;())</c>,
/// <c>(IGateway g) => g.PayAsync("rich", 20m, default)</c> for any instance, <c>() => gateway.PayAsync(…)</c> for that one, <c>() => new Order("7", 2)</c>, <c>() => Clock.UtcNow</c>. An
/// argument that is no <see cref="Arg"/> is a value: it is computed once, and compared with the argument as it was at the call. A failure is the test framework's own, and says what was
/// called instead. What calls may have been missed fails every assertion that could pass by not seeing them.
/// </summary>
[StackTraceHidden]
public sealed class CallAssertions
{
    private readonly CallRecorder _recorder;

    internal CallAssertions(CallRecorder recorder) => _recorder = recorder;

    /// <summary>Demands a call, one at least; the result refines that.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The calls that were found.</returns>
    /// <exception cref="SpecException">The lambda is no call, or the method is not watched.</exception>
    public MatchedCalls HaveCalled(LambdaExpression call) => new(Query(PatternReader.Read(call)));

    /// <summary>Demands a call of a method that reflection gives, such as a private one.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The values of all arguments; none for whatever arguments.</param>
    /// <returns>The calls that were found.</returns>
    /// <exception cref="SpecException">The method has another number of parameters, or is not watched.</exception>
    public MatchedCalls HaveCalled(MethodBase method, params object?[] arguments) => new(Query(PatternOf(method, arguments)));

    /// <inheritdoc cref="HaveCalled(MethodBase, object[])"/>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The arguments: <c>() => new object?[] { "a", Arg.Any&lt;int&gt;() }</c>.</param>
    public MatchedCalls HaveCalled(MethodBase method, Expression<Func<object?[]>> arguments) => new(Query(PatternReader.Of(method, arguments)));

    /// <summary>Demands that a property or an indexer was set to a value, once at least.</summary>
    /// <param name="property">The property, as a lambda that reads it: <c>() => order.Total</c>, <c>(Order o) => o.Total</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>The calls that were found.</returns>
    /// <exception cref="SpecException">The lambda is no property that can be set, or its setter is not watched.</exception>
    public MatchedCalls HaveSet(LambdaExpression property, object? value) => new(Query(PatternReader.ReadSetter(property, new EqualArgument(value))));

    /// <inheritdoc cref="HaveSet(LambdaExpression, object)"/>
    /// <param name="property">The property.</param>
    /// <param name="value">The value as a lambda: <c>() => Arg.Is&lt;decimal&gt;(t => t > 0)</c>.</param>
    public MatchedCalls HaveSet(LambdaExpression property, LambdaExpression value) => new(Query(PatternReader.ReadSetter(property, PatternReader.ReadValue(value))));

    /// <summary>Demands that there was no such call.</summary>
    /// <param name="call">The call; mind that <c>default!</c> is a value here: <see cref="Arg.Any"/> stands for whatever.</param>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">The lambda is no call, or the method is not watched.</exception>
    public CallAssertions NeverHaveCalled(LambdaExpression call) => Never(PatternReader.Read(call));

    /// <summary>Demands that there was no call of a method that reflection gives.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The values of all arguments; none for whatever arguments.</param>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">The method has another number of parameters, or is not watched.</exception>
    public CallAssertions NeverHaveCalled(MethodBase method, params object?[] arguments) => Never(PatternOf(method, arguments));

    /// <inheritdoc cref="NeverHaveCalled(MethodBase, object[])"/>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The arguments: <c>() => new object?[] { "a", Arg.Any&lt;int&gt;() }</c>.</param>
    public CallAssertions NeverHaveCalled(MethodBase method, Expression<Func<object?[]>> arguments) => Never(PatternReader.Of(method, arguments));

    /// <summary>Demands that a property or an indexer was never set to a value.</summary>
    /// <param name="property">The property, as a lambda that reads it.</param>
    /// <param name="value">The value.</param>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">The lambda is no property that can be set, or its setter is not watched.</exception>
    public CallAssertions NeverHaveSet(LambdaExpression property, object? value) => Never(PatternReader.ReadSetter(property, new EqualArgument(value)));

    /// <inheritdoc cref="NeverHaveSet(LambdaExpression, object)"/>
    /// <param name="property">The property.</param>
    /// <param name="value">The value as a lambda: <c>() => Arg.Any&lt;decimal&gt;()</c>.</param>
    public CallAssertions NeverHaveSet(LambdaExpression property, LambdaExpression value) => Never(PatternReader.ReadSetter(property, PatternReader.ReadValue(value)));

    /// <summary>Demands that for each of these there is a call that began after that for the one before. Other calls may lie between, and earlier ones may still run.</summary>
    /// <param name="calls">The calls, two or more.</param>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">A lambda is no call, a method is not watched, or there are fewer than two.</exception>
    public CallAssertions HaveCalledInOrder(params LambdaExpression[] calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        if (calls.Length < 2)
        {
            throw new SpecException($"{nameof(HaveCalledInOrder)} of {CallBounds.Calls(calls.Length)}", "that has no order.", "Give two or more, or write HaveCalled(…).");
        }

        OrderDemand.Check(_recorder, [.. calls.Select(call => Query(PatternReader.Read(call)))]);
        return this;
    }

    /// <summary>Demands that an exception has left a watched call, or that the task of one has failed with it; who caught it does not matter.</summary>
    /// <typeparam name="TException">The exception's type, or a base of it.</typeparam>
    /// <returns>The exception; the first of several.</returns>
    public TException HaveThrown<TException>()
        where TException : Exception => ThrownDemand.First<TException>(_recorder, null);

    /// <inheritdoc cref="HaveThrown{TException}()"/>
    /// <param name="message">A predicate that the message has to pass.</param>
    public TException HaveThrown<TException>(Expression<Func<string, bool>> message)
        where TException : Exception => ThrownDemand.First<TException>(_recorder, message);

    /// <summary>Demands each of these calls, and that nothing else that is watched was called.</summary>
    /// <param name="calls">The calls.</param>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">A lambda is no call, or a method is not watched.</exception>
    public CallAssertions OnlyHaveCalled(params LambdaExpression[] calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        CallQuery[] queries = [.. calls.Select(call => Query(PatternReader.Read(call)))];
        foreach (CallQuery query in queries)
        {
            Demand.Count(query, new CallBounds(1, int.MaxValue));
        }

        OtherCallsDemand.Only(_recorder, queries);
        return this;
    }

    /// <summary>Demands that every recorded call was found by an assertion on this recorder before.</summary>
    /// <returns>The assertions.</returns>
    public CallAssertions HaveNoOtherCalls()
    {
        OtherCallsDemand.NoOthers(_recorder);
        return this;
    }

    private static CallPattern PatternOf(MethodBase method, object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return PatternReader.Of(method, arguments.Length == 0 && method?.GetParameters().Length > 0 ? null : [.. arguments.Select(static argument => new EqualArgument(argument))]);
    }

    private CallQuery Query(CallPattern pattern) => CallQuery.Of(_recorder, pattern);

    private CallAssertions Never(CallPattern pattern)
    {
        Demand.Count(Query(pattern), new CallBounds(0, 0));
        return this;
    }
}
