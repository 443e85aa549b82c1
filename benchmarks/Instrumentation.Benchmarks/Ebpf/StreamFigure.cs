using System.Diagnostics;
using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Events;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// Events a second through the stream of a session, over lines a second that bpftrace prints with the same values: time, process, thread, processor and two
/// arguments of a system call that one thread makes as fast as it can. The two watch calls of different names with the same cost, since both are attached
/// at once. What is lost does not count on either side.
/// </summary>
internal sealed class StreamFigure : KernelFigure
{
    private const int Rounds = 9;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.stream"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramRawTracepoint, CapabilityNames.RightAdministration];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        using NativeCode code = new();
        using NativeTargets targets = new(code.BuildLibrary("targets"));
        string script = $"tracepoint:syscalls:sys_enter_lseek /pid == {Environment.ProcessId}/ "
            + "{ printf(\"%llu %d %d %d %d %lld\\n\", nsecs, pid, tid, cpu, args->fd, args->offset); }";
        using BpftraceProcess peer = new(script, keep: false);
        peer.WaitFor(() => peer.Lines > 0, () => targets.CallSystem("lseek", 200));

        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 64 * 1024 * 1024 });
        using RecordDrain drain = new(session);
        int recordBytes = EventRecordHeader.Size + (2 * sizeof(long));
        await using ProbeHandle handle = await session.AttachAsync(
            Probe.Syscall("ftruncate").OnEntry().ThisProcess().Capture(c => new { Fd = c.Arg<int>(0), Length = c.Arg<long>(1) }));
        List<double> ours = [];
        List<double> others = [];
        for (int round = -2; round < Rounds; round++)
        {
            double other = Rate(targets, "lseek", () => peer.Lines, () => peer.LastAt);
            double our = Rate(targets, "ftruncate", () => drain.Bytes / recordBytes, () => drain.LastAt);
            if (round >= 0)
            {
                ours.Add(our);
                others.Add(other);
            }
        }

        return
        [
            new Reading(
                Names[0],
                Median(ours.Zip(others, static (left, right) => left / right)),
                20,
                AtLeast: true,
                $"ours {Median(ours) / 1e6:F3} M events a second, {session.Events.Loss.Total} of {handle.Statistics.Hits} lost; bpftrace {Median(others) / 1e6:F3} M lines; {Rounds} rounds"),
        ];
    }

    // Calls are made for a while, as fast as they can be, and what arrives is counted until no more comes.
    private static double Rate(NativeTargets targets, string call, Func<long> count, Func<long> lastAt)
    {
        const int Piece = 2_000;
        long before = count();
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(400))
        {
            targets.CallSystem(call, Piece);
        }

        long arrived;
        do
        {
            arrived = count();
            Thread.Sleep(100);
        }
        while (arrived != count());
        return (arrived - before) / Stopwatch.GetElapsedTime(begin, lastAt()).TotalSeconds;
    }
}
