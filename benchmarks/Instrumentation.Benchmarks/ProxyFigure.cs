using System.Diagnostics;
using System.Runtime.CompilerServices;
using Castle.DynamicProxy;

namespace Instrumentation.Benchmarks;

/// <summary>The event of a call through an interface, over an interceptor that a proxy calls: two timestamps, and 32 bytes into a ring of the thread's own.</summary>
internal sealed class ProxyFigure : RecordingFigure
{
    private static readonly ICombiner Probed = new ProbedCombiner();
    private static readonly ICombiner Proxied = new ProxyGenerator().CreateInterfaceProxyWithTarget<ICombiner>(new PlainCombiner(), new Recorder());

    private static int _sink;

    /// <inheritdoc/>
    public override string Name => "managed.vs-proxy";

    /// <inheritdoc/>
    public override double Limit => 0.6;

    /// <inheritdoc/>
    protected override long Others => HandRing.Records;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        await AttachAsync(session, Probe.Method((ProbedCombiner c) => c.Combine(0, 0))).ConfigureAwait(false);
        return (CallProbed, CallProxied);
    }

    private static void CallProbed(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = Probed.Combine(value, i);
        }

        _sink = value;
    }

    private static void CallProxied(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = Proxied.Combine(value, i);
        }

        _sink = value;
    }

    private sealed class ProbedCombiner : ICombiner
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Combine(int left, int right) => (left * 31) + right;
    }

    private sealed class PlainCombiner : ICombiner
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Combine(int left, int right) => (left * 31) + right;
    }

    private sealed class Recorder : IInterceptor
    {
        public void Intercept(IInvocation invocation)
        {
            long start = Stopwatch.GetTimestamp();
            invocation.Proceed();
            long end = Stopwatch.GetTimestamp();
            HandRing.Write(end, end - start, (int)invocation.Arguments[0]!, (int)invocation.Arguments[1]!);
        }
    }
}
