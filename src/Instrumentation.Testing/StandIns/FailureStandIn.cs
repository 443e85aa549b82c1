using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.StandIns;

/// <summary>Lets calls fail.</summary>
/// <param name="calls">Which calls.</param>
/// <param name="failure">Makes the exception, one for each call.</param>
internal sealed class FailureStandIn(CallPattern calls, Func<Exception> failure) : StandIn(calls)
{
    /// <inheritdoc/>
    protected override void Act(InterceptedCall call) => call.Throw(failure());
}
