using Instrumentation.Benchmarks.Interop;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>What a profile of this process at 99 Hz, with the stacks of kernel and program, adds to the time on a processor of a thread that computes.</summary>
internal sealed class SampleFigure : KernelFigure
{
    private const int Frequency = 99;
    private const int Blocks = 10;
    private const int RoundsPerBlock = 12;
    private const double RoundNanoseconds = 20e6;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.sample-99hz"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [CapabilityNames.SystemCall, CapabilityNames.ProgramPerfEvent, CapabilityNames.MapStackTrace];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        using NativeCode code = new();
        using NativeTargets targets = new(code.BuildLibrary("targets"));
        long work = (long)(1_000_000 * RoundNanoseconds / targets.Compute(1_000_000));
        await using InstrumentationSession session = await InstrumentationSession.StartAsync().ConfigureAwait(false);
        List<double> plain = [];
        List<double> sampled = [];
        long samples = 0;
        for (int block = 0; block < Blocks; block++)
        {
            Add(plain, targets, work);
            AggregateHandle<StackProfile> profile = await session.AttachAsync(Probe.Sample(Frequency).ThisProcess().Stacks()).ConfigureAwait(false);
            Add(sampled, targets, work);
            await profile.DisposeAsync().ConfigureAwait(false);
            samples += profile.Read().Total;
        }

        long expected = (long)(sampled.Sum() / 1e9 * Frequency);
        if (samples < expected / 2)
        {
            throw new InvalidOperationException($"{samples} samples were taken where {expected} are due.");
        }

        return
        [
            new Reading(
                Names[0],
                (Median(sampled) / Median(plain)) - 1,
                0.01,
                AtLeast: false,
                $"the work takes {Median(plain) / 1e6:F3} ms, and {Median(sampled) / 1e6:F3} ms while it is sampled; {samples} samples in {Blocks * RoundsPerBlock} rounds"),
        ];
    }

    private static void Add(List<double> times, NativeTargets targets, long work)
    {
        for (int round = 0; round < RoundsPerBlock; round++)
        {
            times.Add(targets.Compute(work));
        }
    }
}
