namespace Instrumentation.Benchmarks;

/// <summary>A small method that was probed, called and released again, over its twin that never was: both inlined into their callers, or not.</summary>
internal sealed class AfterDetachFigure : Figure
{
    private const int CallsUnderProbe = 1_000;

    private static int _sink;

    private AggregateHandle<CountSnapshot>? _count;

    /// <inheritdoc/>
    public override string Name => "managed.after-detach";

    /// <inheritdoc/>
    public override double Limit => 1.05;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        // Both callers are hot, with their callees inlined, before the probe comes.
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 50; j++)
            {
                CallReleased(1_000);
                CallNeverProbed(1_000);
            }

            await Task.Delay(150).ConfigureAwait(false);
        }

        _count = await session.AttachAsync(Probe.Method(() => Released(0, 0)).Count()).ConfigureAwait(false);
        CallReleased(CallsUnderProbe);
        await _count.DisposeAsync().ConfigureAwait(false);
        return (CallReleased, CallNeverProbed);
    }

    /// <inheritdoc/>
    public override void Verify(long calls)
    {
        long seen = _count!.Read().Total;
        if (seen != CallsUnderProbe)
        {
            throw new InvalidOperationException($"{CallsUnderProbe} calls were made under the probe and {calls} after it; it counted {seen}.");
        }
    }

    private static int Released(int left, int right) => (left * 31) + right;

    private static int NeverProbed(int left, int right) => (left * 31) + right;

    private static void CallReleased(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = Released(value, i);
        }

        _sink = value;
    }

    private static void CallNeverProbed(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = NeverProbed(value, i);
        }

        _sink = value;
    }
}
