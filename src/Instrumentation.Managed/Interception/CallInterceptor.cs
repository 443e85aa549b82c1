namespace Instrumentation;

/// <summary>
/// Code that sees each call of a method with its arguments and result as objects, and may take its place: <c>Probe.Method(...).Intercept(interceptor)</c>. What stands in
/// for dependencies in tests, injects faults or patches a method is built on it; to observe only, an ordinary probe costs a fraction.
/// </summary>
/// <remarks>
/// All methods here run on the thread that calls, inside the library: no probe observes what they do, so they should do little, and must not wait for locks of the program.
/// What they throw is not passed on: the call goes on as if there were no interceptor, and <see cref="ProbeStatistics.Faults"/> counts it. Calls run on any number of threads at a time.
/// </remarks>
public abstract class CallInterceptor
{
    /// <summary>Whether the call that the current thread is beginning is of interest. Asked before anything is allocated for the call.</summary>
    /// <returns>False to let it go by.</returns>
    protected internal virtual bool Wants() => true;

    /// <summary>A call begins. The interceptor may let something else happen in its place: <see cref="InterceptedCall.Return"/>, <see cref="InterceptedCall.Throw"/>, <see cref="InterceptedCall.Run"/>.</summary>
    /// <param name="call">The call.</param>
    protected internal virtual void OnEntry(InterceptedCall call)
    {
    }

    /// <summary>The method returns, or an exception leaves it. The interceptor may exchange the result.</summary>
    /// <param name="call">The call, with <see cref="InterceptedCall.Result"/> or <see cref="InterceptedCall.Exception"/>; of a method that gives a task the result is the task.</param>
    protected internal virtual void OnReturn(InterceptedCall call)
    {
    }

    /// <summary>The call has ended: with the return, or when its task did, and then on the thread that has completed the task.</summary>
    /// <param name="call">The call; its result is that of the task now, and its exception the one with which the task has failed.</param>
    protected internal virtual void OnEnd(InterceptedCall call)
    {
    }
}
