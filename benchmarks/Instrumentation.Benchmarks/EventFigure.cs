using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Benchmarks;

/// <summary>The event of a call, over timestamps taken by hand around it and 32 bytes written into a ring of the thread's own.</summary>
internal sealed class EventFigure : RecordingFigure
{
    private static int _sink;

    /// <inheritdoc/>
    public override string Name => "managed.event";

    /// <inheritdoc/>
    public override double Limit => 1.3;

    /// <inheritdoc/>
    public override bool ClaimsNoAllocation => true;

    /// <inheritdoc/>
    protected override long Others => HandRing.Records;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        await AttachAsync(session, Probe.Method(() => Probed(0, 0))).ConfigureAwait(false);
        return (CallProbed, CallByHand);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Probed(int left, int right) => (left * 31) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ByHand(int left, int right)
    {
        long start = Stopwatch.GetTimestamp();
        int result = (left * 31) + right;
        long end = Stopwatch.GetTimestamp();
        HandRing.Write(end, end - start, left, right);
        return result;
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
