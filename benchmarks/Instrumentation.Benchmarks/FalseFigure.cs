using System.Runtime.CompilerServices;

namespace Instrumentation.Benchmarks;

/// <summary>A Call probe with a capture whose condition is false, over the same condition in an <c>if</c> written by hand.</summary>
internal sealed class FalseFigure : Figure
{
    private const int Never = int.MinValue;

    [ThreadStatic]
    private static long _byHand;

    private static int _sink;

    private ProbeHandle? _handle;

    /// <inheritdoc/>
    public override string Name => "managed.false";

    /// <inheritdoc/>
    public override double Limit => 1.5;

    /// <inheritdoc/>
    public override bool ClaimsNoAllocation => true;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        _handle = await session
            .AttachAsync(Probe.Method(() => Probed(0, 0)).When(c => c.Arg<int>(1) == Never).Capture(c => new { Left = c.Arg<int>(0), Right = c.Arg<int>(1) }))
            .ConfigureAwait(false);
        return (CallProbed, CallByHand);
    }

    /// <inheritdoc/>
    public override void Verify(long calls)
    {
        // The condition is really decided: the one value that it waits for passes, once.
        _ = Probed(0, Never);
        if (_handle!.Statistics.Passed != 1 || _byHand != 0)
        {
            throw new InvalidOperationException($"After {calls} calls that must not pass and one that must: {_handle.Statistics}, by hand {_byHand}.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Probed(int left, int right) => (left * 31) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ByHand(int left, int right)
    {
        if (right == Never)
        {
            _byHand++;
        }

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
