using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing;

/// <summary>What acts in place of calls.</summary>
public sealed partial class CallRecorder
{
    private StandIn[] _standIns = [];

    /// <summary>The stand-in for a call, or null; the latest wins.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The stand-in.</returns>
    internal StandIn? StandInFor(InterceptedCall call) => Array.FindLast(Volatile.Read(ref _standIns), standIn => standIn.Matches(call));
}
