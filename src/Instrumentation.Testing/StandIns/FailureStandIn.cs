using System.Reflection;

namespace Instrumentation.Testing.StandIns;

/// <summary>Lets calls fail.</summary>
/// <param name="method">The method.</param>
/// <param name="matches">Whether it acts for a call.</param>
/// <param name="failure">Makes the exception, one for each call.</param>
internal sealed class FailureStandIn(MethodBase method, Func<InterceptedCall, bool> matches, Func<Exception> failure) : StandIn(method, matches)
{
    /// <inheritdoc/>
    protected override void Act(InterceptedCall call) => call.Throw(failure());
}
