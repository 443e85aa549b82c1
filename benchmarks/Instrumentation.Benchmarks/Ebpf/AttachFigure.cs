using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>
/// The time to attach one probe to a thousand functions of a library of this process, over that to attach a thousand probes to one each: of these each round
/// attaches a hundred.
/// </summary>
internal sealed class AttachFigure : KernelFigure
{
    private const int Functions = 1_000;
    private const int SinglesPerRound = 100;
    private const int Rounds = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.attach-many"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramKprobe, CapabilityNames.UprobeMulti];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        using NativeCode code = new();
        string path = code.BuildLibrary("many");
        nint library = NativeLibrary.Load(path);
        await using InstrumentationSession session = await InstrumentationSession.StartAsync().ConfigureAwait(false);
        List<double> together = [];
        List<double> singly = [];
        List<IAsyncDisposable> attached = [];
        for (int round = -1; round < Rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            AggregateHandle<CountSnapshot> all = await session.AttachAsync(Probe.Function(path, "many_*").OnEntry().ThisProcess().Count()).ConfigureAwait(false);
            double one = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            if (all.Coverage.Reached.Count != Functions)
            {
                throw new InvalidOperationException($"Not all functions are reached: {all.Coverage}");
            }

            attached.Add(all);
            begin = Stopwatch.GetTimestamp();
            int number = (round + 1) * SinglesPerRound;
            for (int i = 0; i < SinglesPerRound; i++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"many_{number + i:D3}");
                attached.Add(await session.AttachAsync(Probe.Function(path, name).OnEntry().ThisProcess().Count()).ConfigureAwait(false));
            }

            if (round >= 0)
            {
                together.Add(one);
                singly.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds * Functions / SinglesPerRound);
            }
        }

        await Task.WhenAll(attached.Select(static single => single.DisposeAsync().AsTask())).ConfigureAwait(false);
        NativeLibrary.Free(library);
        return
        [
            new Reading(
                Names[0],
                Median(together.Zip(singly, static (left, right) => left / right)),
                0.05,
                AtLeast: false,
                $"one attach takes {Median(together):F1} ms, a thousand {Median(singly):F0} in single attaches; {Rounds} rounds"),
        ];
    }
}
