using System.Diagnostics;
using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// The time of a system call whose events carry the span and the activity that caused them, over that of one whose events do not. The two watch calls of different names; then
/// the names are exchanged, and the figure is the geometric mean of both, in which the calls' own difference is not.
/// </summary>
internal sealed class AttributionFigure : KernelFigure
{
    private const int Rounds = 201;
    private const int Calls = 4_000;
    private const int Settle = 15;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["stream.attribution"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramRawTracepoint];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        using NativeCode code = new();
        using NativeTargets targets = new(code.BuildLibrary("targets"));
        (double One, double With, double Without) first = await MeasureAsync(targets, "lseek", "ftruncate").ConfigureAwait(false);
        (double One, double With, double Without) second = await MeasureAsync(targets, "ftruncate", "lseek").ConfigureAwait(false);
        return
        [
            new Reading(
                Names[0],
                Math.Sqrt(first.One * second.One),
                1.10,
                AtLeast: false,
                $"a call with events takes {(first.With + second.With) / 2:F0} ns with their cause, {(first.Without + second.Without) / 2:F0} ns without; ratios {first.One:F3} and {second.One:F3}; {Rounds} rounds each"),
        ];
    }

    private static async Task<(double Ratio, double With, double Without)> MeasureAsync(NativeTargets targets, string with, string without)
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 64 * 1024 * 1024 });
        using RecordDrain drain = new(session);
        await using ProbeHandle attributed = await session.AttachAsync(Spec(with));
        KernelPrograms.RecordsCarryCause = false;
        try
        {
            await using ProbeHandle plain = await session.AttachAsync(Spec(without));
            (double Ratio, double With, double Without) result = Measure(targets, with, without);
            if (attributed.Statistics is not { Lost: 0, Emitted: > Rounds * Calls } || plain.Statistics is not { Lost: 0, Emitted: > Rounds * Calls })
            {
                throw new InvalidOperationException($"Not all calls are events: {attributed.Statistics}; {plain.Statistics}");
            }

            return result;
        }
        finally
        {
            KernelPrograms.RecordsCarryCause = true;
        }
    }

    private static (double Ratio, double With, double Without) Measure(NativeTargets targets, string with, string without)
    {
        OwnContext.Set(42);
        double[] ratios = new double[Rounds];
        double[] ours = new double[Rounds];
        double[] others = new double[Rounds];
        for (int round = -3; round < Rounds; round++)
        {
            double one = round % 2 == 0 ? Time(targets, with) : 0;
            double other = Time(targets, without);
            one = round % 2 == 0 ? one : Time(targets, with);
            if (round >= 0)
            {
                (ratios[round], ours[round], others[round]) = (one / other, one, other);
            }

            // The reader is to keep up: a full ring would be cheaper.
            Thread.Sleep(Settle);
        }

        OwnContext.Clear();
        return (Median(ratios), Median(ours), Median(others));
    }

    private static double Time(NativeTargets targets, string call)
    {
        long begin = Stopwatch.GetTimestamp();
        targets.CallSystem(call, Calls);
        return Stopwatch.GetElapsedTime(begin).TotalNanoseconds / Calls;
    }

    private static ProbeSpec Spec(string call) => Probe.Syscall(call).OnEntry().ThisProcess().Capture(c => new { First = c.Arg<int>(0), Second = c.Arg<long>(1) });
}
