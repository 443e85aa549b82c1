using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Interception;

/// <summary>Hands each call to code.</summary>
/// <param name="Interceptor">The code.</param>
internal sealed record InterceptAction(CallInterceptor Interceptor) : ProbeAction
{
    /// <inheritdoc/>
    public override string Describe() => $"intercepted by {MethodName.Of(Interceptor.GetType())}";
}
