using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing;

/// <summary>What is to happen in place of calls that give something.</summary>
/// <typeparam name="TResult">What they give.</typeparam>
public sealed class StandInSetup<TResult>
{
    internal StandInSetup(StandInTarget target) => Target = target;

    internal StandInTarget Target { get; }

    /// <summary>Gives this instead.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The stand-in.</returns>
    public StandInHandle With(TResult result) => Target.With(_ => result);

    /// <summary>Runs code instead, on the thread that calls. Inside of it the stand-in does not act, so it may call the method itself.</summary>
    /// <param name="result">The code; gives the result.</param>
    /// <returns>The stand-in.</returns>
    public StandInHandle With(Func<TResult> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Target.With(_ => result());
    }

    /// <inheritdoc cref="With(Func{TResult})"/>
    /// <typeparam name="T1">The type of the method's parameter.</typeparam>
    /// <exception cref="SpecException">The method has other parameters.</exception>
    public StandInHandle With<T1>(Func<T1, TResult> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Target.Demand(typeof(T1));
        return Target.With(call => result((T1)call.Arguments[0]!));
    }

    /// <inheritdoc cref="With{T1}(Func{T1, TResult})"/>
    /// <typeparam name="T1">The type of the method's first parameter.</typeparam>
    /// <typeparam name="T2">The type of the second.</typeparam>
    public StandInHandle With<T1, T2>(Func<T1, T2, TResult> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Target.Demand(typeof(T1), typeof(T2));
        return Target.With(call => result((T1)call.Arguments[0]!, (T2)call.Arguments[1]!));
    }

    /// <inheritdoc cref="With{T1}(Func{T1, TResult})"/>
    /// <typeparam name="T1">The type of the method's first parameter.</typeparam>
    /// <typeparam name="T2">The type of the second.</typeparam>
    /// <typeparam name="T3">The type of the third.</typeparam>
    public StandInHandle With<T1, T2, T3>(Func<T1, T2, T3, TResult> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Target.Demand(typeof(T1), typeof(T2), typeof(T3));
        return Target.With(call => result((T1)call.Arguments[0]!, (T2)call.Arguments[1]!, (T3)call.Arguments[2]!));
    }

    /// <inheritdoc cref="StandInSetup.Throws(Exception)"/>
    public StandInHandle Throws(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Target.Throws(() => exception);
    }

    /// <inheritdoc cref="StandInSetup.Throws{TException}()"/>
    public StandInHandle Throws<TException>()
        where TException : Exception, new() => Target.Throws(static () => new TException());

    /// <inheritdoc cref="StandInSetup.Delays(TimeSpan)"/>
    public StandInHandle Delays(TimeSpan delay) => Target.Delays(delay);

    /// <summary>Lets the calls do nothing and give the default of their result; of asynchronous ones a task that has ended.</summary>
    /// <returns>The stand-in.</returns>
    public StandInHandle Skip() => Target.Skip();
}
