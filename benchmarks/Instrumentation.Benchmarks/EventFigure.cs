using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Benchmarks;

/// <summary>
/// A Call probe that records the duration and two int arguments, over timestamps taken by hand around the call and 32 bytes written into a ring
/// of the thread's own. Every event of the probe arrives at a reader, and none is lost: a round is as many calls as the ring holds, and the next one waits
/// until they were read. The code by hand is spared that: nobody reads its ring, and it does not look whether there is room.
/// </summary>
internal sealed class EventFigure : Figure
{
    private const int RingBytes = 256 * 1024;
    private const int Fields = 2;
    private const int RecordBytes = EventRecordHeader.Size + (Fields * sizeof(long));

    [ThreadStatic]
    private static unsafe byte* _ring;

    [ThreadStatic]
    private static long _position;

    private static int _sink;

    private RecordDrain? _drain;
    private ProbeHandle? _handle;

    /// <inheritdoc/>
    public override string Name => "managed.event";

    /// <inheritdoc/>
    public override double Limit => 1.3;

    /// <inheritdoc/>
    public override int MostCallsPerRound => RingBytes / RecordBytes * 7 / 8;

    /// <inheritdoc/>
    public override void Settle() => _drain!.WaitFor(_handle!.Statistics.Emitted * RecordBytes);

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        _drain = new RecordDrain(session);
        _handle = await session
            .AttachAsync(Probe.Method(() => Probed(0, 0)).Capture(c => new { Left = c.Arg<int>(0), Right = c.Arg<int>(1) }))
            .ConfigureAwait(false);
        return (CallProbed, CallByHand);
    }

    /// <inheritdoc/>
    public override void Verify(long calls)
    {
        Settle();
        _drain!.Dispose();
        ProbeStatistics statistics = _handle!.Statistics;
        if (statistics.Emitted != calls || statistics.Lost != 0 || _drain.Bytes != calls * RecordBytes)
        {
            throw new InvalidOperationException($"{calls} calls were made: {statistics}, {_drain.Bytes} bytes read.");
        }

        if (_position != calls * 4 * sizeof(long))
        {
            throw new InvalidOperationException($"{calls} calls were made, the code by hand has written {_position} bytes.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Probed(int left, int right) => (left * 31) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int ByHand(int left, int right)
    {
        long start = Stopwatch.GetTimestamp();
        int result = (left * 31) + right;
        long end = Stopwatch.GetTimestamp();
        byte* ring = _ring;
        if (ring == null)
        {
            _ring = ring = (byte*)NativeMemory.AllocZeroed(RingBytes);
        }

        // SAFETY: the ring is the thread's own and a multiple of the record's 32 bytes long.
        long* record = (long*)(ring + (_position & (RingBytes - 1)));
        record[0] = end;
        record[1] = end - start;
        record[2] = left;
        record[3] = right;
        _position += 4 * sizeof(long);
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
