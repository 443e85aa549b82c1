using System.Reflection;

namespace Instrumentation.Testing.StandIns;

/// <summary>Gives another result.</summary>
/// <param name="method">The method.</param>
/// <param name="matches">Whether it acts for a call.</param>
/// <param name="result">Gives the result, on the thread that calls.</param>
internal sealed class ResultStandIn(MethodBase method, Func<InterceptedCall, bool> matches, Func<InterceptedCall, object?> result) : StandIn(method, matches)
{
    /// <inheritdoc/>
    protected override void Act(InterceptedCall call) => call.Run(inner => Inside(() => result(inner)));
}
