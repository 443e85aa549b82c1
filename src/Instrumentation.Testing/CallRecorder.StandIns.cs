using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Recording;
using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing;

/// <summary>What acts in place of calls.</summary>
public sealed partial class CallRecorder
{
    private StandIn[] _standIns = [];

    /// <summary>
    /// Lets something else happen where the recorder's flow calls the static method, constructor or property of a lambda: <c>calls.Replace(() =&gt; Clock.UtcNow).With(() =&gt; t0)</c>. The arguments
    /// say for which calls, as in assertions: values, <see cref="Arg"/>. Calls of other flows are as ever. The method is watched as well.
    /// </summary>
    /// <param name="call">The call; it is not made.</param>
    /// <returns>What says what is to happen.</returns>
    /// <exception cref="InstrumentationException">The lambda is no call, or the method cannot be woven.</exception>
    public StandInSetup Replace(Expression<Action> call) => new(Setup(call));

    /// <inheritdoc cref="Replace(Expression{Action})"/>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    public StandInSetup<TResult> Replace<TResult>(Expression<Func<TResult>> call) => new(Setup(call));

    /// <summary>Lets something else happen where the recorder's flow calls the instance method of a lambda, on any instance; of an interface method, in whatever implements it.</summary>
    /// <typeparam name="T">The type that the method is looked up in.</typeparam>
    /// <param name="call">The call; it is not made.</param>
    /// <returns>What says what is to happen.</returns>
    /// <exception cref="InstrumentationException">The lambda is no call, or the method cannot be woven.</exception>
    public StandInSetup Replace<T>(Expression<Action<T>> call) => new(Setup(call));

    /// <inheritdoc cref="Replace{T}(Expression{Action{T}})"/>
    /// <typeparam name="T">The type that the method is looked up in.</typeparam>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    public StandInSetup<TResult> Replace<T, TResult>(Expression<Func<T, TResult>> call) => new(Setup(call));

    /// <summary>Lets something else happen where the recorder's flow calls a method that reflection gives, whatever the arguments.</summary>
    /// <param name="method">The method or constructor.</param>
    /// <returns>What says what is to happen.</returns>
    /// <exception cref="InstrumentationException">The method cannot be woven.</exception>
    public StandInSetup<object?> Replace(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return new StandInSetup<object?>(Setup(PatternReader.Of(method, arguments: (IReadOnlyList<ArgumentPattern>?)null)));
    }

    /// <summary>The stand-in for a call, or null; the latest wins.</summary>
    /// <param name="image">The call.</param>
    /// <returns>The stand-in.</returns>
    internal StandIn? StandInFor(CallImage image) => Array.FindLast(Volatile.Read(ref _standIns), standIn => standIn.Matches(image));

    /// <summary>Lets a stand-in act.</summary>
    /// <param name="standIn">The stand-in.</param>
    /// <returns>The stand-in as tests see it.</returns>
    internal StandInHandle Add(StandIn standIn)
    {
        lock (_gate)
        {
            Volatile.Write(ref _standIns, [.. _standIns, standIn]);
        }

        return new StandInHandle(this, standIn);
    }

    /// <summary>Ends a stand-in.</summary>
    /// <param name="standIn">The stand-in.</param>
    internal void Remove(StandIn standIn)
    {
        lock (_gate)
        {
            Volatile.Write(ref _standIns, [.. _standIns.Where(other => other != standIn)]);
        }
    }

    private StandInTarget Setup(LambdaExpression call) => Setup(PatternReader.Read(call));

    private StandInTarget Setup(CallPattern calls)
    {
        MethodBase method = calls.Method;
        StandInTarget target = new(this, calls);
        _ = Watch(method);
        lock (_gate)
        {
            foreach ((MethodBase watched, WatchGroup group) in _watched.Where(pair => Implementations.IsOf(pair.Key, method)))
            {
                if (group.LastingGaps(watched).FirstOrDefault(static gap => gap.Blind) is { } gap)
                {
                    throw new SpecException($"A stand-in for {gap.Place}", $"it cannot be woven: {gap.Reason}.", gap.Mend.Length > 0 ? gap.Mend : "Replace what calls it.");
                }
            }
        }

        return target;
    }
}
