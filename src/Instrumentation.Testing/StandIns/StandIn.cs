using System.Reflection;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.StandIns;

/// <summary>What acts in place of the calls that a recorder sees of a method.</summary>
/// <param name="method">The method; what implements or overrides it counts.</param>
/// <param name="matches">Whether it acts for a call's instance and arguments.</param>
internal abstract class StandIn(MethodBase method, Func<InterceptedCall, bool> matches)
{
    private long _calls;

    /// <summary>The calls for which it has acted.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Whether it acts for a call. Inside of what it does itself it does not.</summary>
    /// <param name="call">The call.</param>
    /// <returns>True when it does.</returns>
    public bool Matches(InterceptedCall call) => Implementations.IsOf(call.Method, method) && RecorderFlow.Current?.IsInside(this) != true && matches(call);

    /// <summary>Decides what happens.</summary>
    /// <param name="call">The call, at its entry.</param>
    public void Begin(InterceptedCall call)
    {
        Interlocked.Increment(ref _calls);
        Act(call);
    }

    /// <summary>Acts when the method has returned.</summary>
    /// <param name="call">The call.</param>
    public virtual void Return(InterceptedCall call)
    {
    }

    /// <summary>Decides what happens.</summary>
    /// <param name="call">The call, at its entry.</param>
    protected abstract void Act(InterceptedCall call);

    /// <summary>Runs code of the test, in which the stand-in itself does not act.</summary>
    /// <param name="body">The code.</param>
    /// <returns>What it gives.</returns>
    protected object? Inside(Func<object?> body)
    {
        RecorderFlow? before = RecorderFlow.Current;
        RecorderFlow.Current = new RecorderFlow(before?.Recorders, before?.Call) { StandIn = this, Around = before };
        try
        {
            return body();
        }
        finally
        {
            RecorderFlow.Current = before;
        }
    }
}
