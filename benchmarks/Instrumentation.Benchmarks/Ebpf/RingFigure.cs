using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.RingBuffer;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// Records a second from a program to a reader through a ring: ours, over a C program with libbpf. The program in the kernel is the same, and runs on a
/// thread beside the reader. Both look at the ring each millisecond (<c>ebpf.ring</c>), or ours does and libbpf's is woken, which is its default
/// (<c>ebpf.ring-default</c>). Since the writer is the slower side of that, the reading of a ring that was filled before is compared, too,
/// by the time that it takes on a processor, and told beside.
/// </summary>
internal sealed class RingFigure : KernelFigure
{
    private const int Rounds = 75;
    private const int LiveRuns = 10_000;
    private const int FilledRuns = 1_000;
    private const int Fillings = 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.ring", "ebpf.ring-default"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.MapRingBuffer, CapabilityNames.RightAdministration];

    /// <inheritdoc/>
    public override Task<IReadOnlyList<Reading>> MeasureAsync() => Task.Run(Measure);

    private static IReadOnlyList<Reading> Measure()
    {
        using NativeCode code = new();
        string program = code.BuildProgram("ring_consumer");
        using RingFill ours = new(RingFlags.NoWakeUp);
        using RingFill quiet = new(RingFlags.NoWakeUp);
        using RingFill loud = new(0);
        using RingPeer quietPeer = new(program, quiet);
        using RingPeer loudPeer = new(program, loud);
        Func<double>[] ways =
        [
            () => Live(ours).PerSecond,
            () => quietPeer.Measure("polled", LiveRuns).PerSecond,
            () => loudPeer.Measure("woken", LiveRuns / 4).PerSecond,
            () => Repeat(() => Filled(ours)),
            () => Repeat(() => quietPeer.Measure("filled", FilledRuns)),
        ];

        // Code of ours is counted and replaced in the background before it is measured.
        for (int i = 0; i < 4; i++)
        {
            Array.ForEach(ways, static way => way());
            Thread.Sleep(150);
        }

        double[][] rates = [.. ways.Select(static _ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                int way = (round % 2 == 0) ? i : ways.Length - 1 - i;
                rates[way][round] = ways[way]();
            }
        }

        return
        [
            Compare("ebpf.ring", rates[0], rates[1], 0.95, $"; a ring that is full is read at {Median(rates[3]) / 1e6:F1} and {Median(rates[4]) / 1e6:F1} M"),
            Compare("ebpf.ring-default", rates[0], rates[2], 2, $""),
        ];
    }

    private static Reading Compare(string name, double[] ours, double[] other, double limit, FormattableString besides)
    {
        double[] ratios = [.. ours.Zip(other, static (left, right) => left / right).Order()];
        return new Reading(
            name,
            Median(ratios),
            limit,
            AtLeast: true,
            $"ours {Median(ours) / 1e6:F2} M records a second, the other {Median(other) / 1e6:F2}; ratios from {ratios[Rounds / 10]:F3} to {ratios[Rounds - 1 - (Rounds / 10)]:F3} in {Rounds} rounds{besides}");
    }

    private static double Repeat(Func<RingRate> once)
    {
        RingRate all = default;
        for (int i = 0; i < Fillings; i++)
        {
            RingRate one = once();
            all = new RingRate(all.Records + one.Records, all.Nanoseconds + one.Nanoseconds);
        }

        return all.PerSecond;
    }

    private static RingRate Filled(RingFill fill)
    {
        fill.Run(FilledRuns);
        Summing handler = default;
        long begin = ThreadClock.Now;
        int records = fill.Ring.Consume(ref handler);
        long end = ThreadClock.Now;
        return handler.Sum == 0 ? throw new InvalidOperationException("The records are empty.") : new RingRate(records, end - begin);
    }

    private static RingRate Live(RingFill fill)
    {
        bool done = false;
        long records = 0;
        Summing handler = default;
        long begin = 0;
        Thread writer = new(() =>
        {
            begin = Stopwatch.GetTimestamp();
            fill.Run(LiveRuns);
            Volatile.Write(ref done, true);
        });
        writer.Start();
        while (!Volatile.Read(ref done))
        {
            records += fill.Ring.Consume(ref handler);
            Thread.Sleep(1);
        }

        records += fill.Ring.Consume(ref handler);
        long end = Stopwatch.GetTimestamp();
        writer.Join();
        return new RingRate(records, (long)Stopwatch.GetElapsedTime(begin, end).TotalNanoseconds);
    }

    private struct Summing : IRingRecordHandler
    {
        public long Sum;

        public void OnRecord(ReadOnlySpan<byte> record) => Sum += MemoryMarshal.Read<long>(record);
    }
}
