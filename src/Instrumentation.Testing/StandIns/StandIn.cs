using Instrumentation.Testing.Matching;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.StandIns;

/// <summary>What acts in place of the calls that a recorder sees of a method.</summary>
/// <param name="calls">Which calls; those of what implements or overrides the method count.</param>
internal abstract class StandIn(CallPattern calls)
{
    private long _calls;

    /// <summary>The calls for which it has acted.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Whether it acts for a call. Inside of what it does itself it does not.</summary>
    /// <param name="image">The call.</param>
    /// <returns>True when it does.</returns>
    public bool Matches(CallImage image) => calls.IsOfMethod(image.Call.Method)
        && RecorderFlow.Current?.IsInside(this) != true
        && calls.Judge(new RecordedCall(image, null, 0)).Answer == Answer.Yes;

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
