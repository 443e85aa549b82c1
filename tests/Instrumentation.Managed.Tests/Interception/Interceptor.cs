using System.Collections.Concurrent;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>An interceptor made of lambdas, that keeps what it has seen.</summary>
internal sealed class Interceptor : CallInterceptor
{
    public ConcurrentQueue<InterceptedCall> Entered { get; } = new();

    public ConcurrentQueue<(InterceptedCall Call, object? Result, Exception? Exception)> Ends { get; } = new();

    public Func<bool>? Wanted { get; init; }

    public Action<InterceptedCall>? Entry { get; init; }

    public Action<InterceptedCall>? Return { get; init; }

    public Action<InterceptedCall>? End { get; init; }

    protected internal override bool Wants() => Wanted?.Invoke() ?? true;

    protected internal override void OnEntry(InterceptedCall call)
    {
        Entered.Enqueue(call);
        Entry?.Invoke(call);
    }

    protected internal override void OnReturn(InterceptedCall call) => Return?.Invoke(call);

    protected internal override void OnEnd(InterceptedCall call)
    {
        Ends.Enqueue((call, call.Result, call.Exception));
        End?.Invoke(call);
    }
}
