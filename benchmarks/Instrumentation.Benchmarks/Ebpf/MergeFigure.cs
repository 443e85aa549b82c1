using System.Diagnostics;
using System.Runtime.CompilerServices;
using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// Events a second through the one stream of a session while a thread hits a probed method and a probed system call in turn, over events a second while it hits only the slower of the
/// two. Both probes are attached all the time, and record the time and two arguments. What is lost does not count.
/// </summary>
internal sealed class MergeFigure : KernelFigure
{
    private const int Rounds = 15;
    private const int Piece = 500;

    private static long _sink;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["stream.merge"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramRawTracepoint];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            ReaderBufferBytes = 64 * 1024 * 1024,
            RingBytesPerThread = 4 * 1024 * 1024,
        });
        using RecordDrain drain = new(session);
        await using ProbeHandle managed = await session.AttachAsync(
            Probe.Method(() => Probed(0, 0)).Capture(c => new { Left = c.Arg<int>(0), Right = c.Arg<long>(1) }));
        await using ProbeHandle kernel = await session.AttachAsync(
            Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>(0) == NoDescriptor.Number).Capture(c => new { Fd = c.Arg<int>(0), Offset = c.Arg<long>(1) }));
        List<double> merged = [];
        List<double> methods = [];
        List<double> calls = [];
        for (int round = -3; round < Rounds; round++)
        {
            double method = Rate(session, drain, CallMethod);
            double both = Rate(session, drain, CallBoth);
            double call = Rate(session, drain, CallSystem);
            if (round >= 0)
            {
                methods.Add(method);
                calls.Add(call);
                merged.Add(both);
            }
        }

        EventLoss loss = session.Events.Loss;
        return
        [
            new Reading(
                Names[0],
                Median(merged.Select((both, i) => both / Math.Min(methods[i], calls[i]))),
                0.9,
                AtLeast: true,
                $"together {Median(merged) / 1e6:F3} M events a second; the method alone {Median(methods) / 1e6:F3} M, the system call alone {Median(calls) / 1e6:F3} M; {loss.Total} of {session.Events.Delivered} lost, {loss.Late} late; {Rounds} rounds"),
        ];
    }

    // Hits are made for a while, as fast as they can be, and what arrives is counted until no more comes.
    private static double Rate(InstrumentationSession session, RecordDrain drain, Action<int> hit)
    {
        long before = Arrived(session);
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(100))
        {
            hit(Piece);
        }

        long arrived;
        do
        {
            arrived = Arrived(session);
            Thread.Sleep(30);
        }
        while (arrived != Arrived(session));
        return (arrived - before) / Stopwatch.GetElapsedTime(begin, drain.LastAt).TotalSeconds;
    }

    private static long Arrived(InstrumentationSession session) => session.Events.Delivered - session.Events.Loss.Probes.Sum(static row => row.Loss.ReaderTooSlow + row.Loss.Unread);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Probed(int left, long right) => (left * 31) + right;

    private static void CallMethod(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _sink = Probed(i, _sink);
        }
    }

    private static void CallSystem(int count)
    {
        for (int i = 0; i < count; i++)
        {
            NoDescriptor.Seek(i);
        }
    }

    private static void CallBoth(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _sink = Probed(i, _sink);
            NoDescriptor.Seek(i);
        }
    }
}
