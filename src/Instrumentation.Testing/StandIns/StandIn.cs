namespace Instrumentation.Testing.StandIns;

/// <summary>What acts in place of calls.</summary>
internal abstract class StandIn
{
    /// <summary>Whether it acts for a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>True when it does.</returns>
    public abstract bool Matches(InterceptedCall call);

    /// <summary>Decides what happens.</summary>
    /// <param name="call">The call, at its entry.</param>
    public abstract void Act(InterceptedCall call);

    /// <summary>Acts when the method has returned.</summary>
    /// <param name="call">The call.</param>
    public virtual void Return(InterceptedCall call)
    {
    }
}
