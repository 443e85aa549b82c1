using System.Runtime.CompilerServices;

namespace Instrumentation.Benchmarks;

/// <summary>A probe that only counts, over the same per-thread counter written by hand in the source.</summary>
internal sealed class CountFigure : Figure
{
    [ThreadStatic]
    private static long _byHand;

    private static int _sink;

    private AggregateHandle<CountSnapshot>? _count;
    private long _countedBefore;
    private long _byHandBefore;

    /// <inheritdoc/>
    public override string Name => "managed.count";

    /// <inheritdoc/>
    public override double Limit => 1.5;

    /// <inheritdoc/>
    public override bool ClaimsNoAllocation => true;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        _count = await session.AttachAsync(Probe.Method(() => Probed(0, 0)).Count()).ConfigureAwait(false);
        _countedBefore = _count.Read().Total;
        _byHandBefore = _byHand;
        return (CallProbed, CallByHand);
    }

    /// <inheritdoc/>
    public override void Verify(long calls)
    {
        long counted = _count!.Read().Total - _countedBefore;
        long byHand = _byHand - _byHandBefore;
        if (counted != calls || byHand != calls)
        {
            throw new InvalidOperationException($"{calls} calls were made; the probe counted {counted}, the code by hand {byHand}.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Probed(int left, int right) => (left * 31) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ByHand(int left, int right)
    {
        _byHand++;
        return (left * 31) + right;
    }

    private static void CallProbed(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = Probed(value, i);
        }

        _sink = value;
    }

    private static void CallByHand(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = ByHand(value, i);
        }

        _sink = value;
    }
}
