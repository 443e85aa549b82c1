using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.StandIns;

/// <summary>Gives another result.</summary>
/// <param name="calls">Which calls.</param>
/// <param name="result">Gives the result, on the thread that calls.</param>
internal sealed class ResultStandIn(CallPattern calls, Func<InterceptedCall, object?> result) : StandIn(calls)
{
    /// <inheritdoc/>
    protected override void Act(InterceptedCall call) => call.Run(inner => Inside(() => result(inner)));
}
