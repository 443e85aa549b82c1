using Instrumentation;

namespace Recipes;

/// <summary>Every third call fails.</summary>
public sealed class Outage : CallInterceptor
{
    private int _calls;

    protected override void OnEntry(InterceptedCall call)
    {
        if (Interlocked.Increment(ref _calls) % 3 == 0)
        {
            call.Throw(new TimeoutException($"no price of {call.Arguments[0]}"));
        }
    }
}
