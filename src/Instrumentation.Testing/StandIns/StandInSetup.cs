using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing;

/// <summary>What is to happen in place of calls that give nothing.</summary>
public sealed class StandInSetup
{
    private readonly StandInTarget _target;

    internal StandInSetup(StandInTarget target) => _target = target;

    /// <summary>Runs code instead, on the thread that calls. Inside of it the stand-in does not act, so it may call the method itself.</summary>
    /// <param name="body">The code.</param>
    /// <returns>The stand-in.</returns>
    public StandInHandle With(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return _target.With(_ =>
        {
            body();
            return null;
        });
    }

    /// <inheritdoc cref="With(Action)"/>
    /// <typeparam name="T1">The type of the method's parameter.</typeparam>
    /// <exception cref="SpecException">The method has other parameters.</exception>
    public StandInHandle With<T1>(Action<T1> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _target.Demand(typeof(T1));
        return _target.With(call =>
        {
            body((T1)call.Arguments[0]!);
            return null;
        });
    }

    /// <inheritdoc cref="With{T1}(Action{T1})"/>
    /// <typeparam name="T1">The type of the method's first parameter.</typeparam>
    /// <typeparam name="T2">The type of the second.</typeparam>
    public StandInHandle With<T1, T2>(Action<T1, T2> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _target.Demand(typeof(T1), typeof(T2));
        return _target.With(call =>
        {
            body((T1)call.Arguments[0]!, (T2)call.Arguments[1]!);
            return null;
        });
    }

    /// <summary>Lets the calls fail.</summary>
    /// <param name="exception">The exception, the same for each call.</param>
    /// <returns>The stand-in.</returns>
    public StandInHandle Throws(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return _target.Throws(() => exception);
    }

    /// <summary>Lets the calls fail, each with a new exception; of asynchronous ones the task fails.</summary>
    /// <typeparam name="TException">The exception.</typeparam>
    /// <returns>The stand-in.</returns>
    public StandInHandle Throws<TException>()
        where TException : Exception, new() => _target.Throws(static () => new TException());

    /// <summary>Lets the calls take longer, and then do what they do: a synchronous call begins later; of an asynchronous one the task ends no earlier than after the delay, while its code runs at once.</summary>
    /// <param name="delay">Zero or more.</param>
    /// <returns>The stand-in.</returns>
    /// <exception cref="SpecException">The time is negative.</exception>
    public StandInHandle Delays(TimeSpan delay) => _target.Delays(delay);

    /// <summary>Lets the calls do nothing. A constructor then leaves an object whose fields are all zero, also those of its base classes.</summary>
    /// <returns>The stand-in.</returns>
    public StandInHandle Skip() => _target.Skip();
}
