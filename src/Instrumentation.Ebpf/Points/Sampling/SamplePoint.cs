using System.Globalization;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>What processors run, looked at by a clock.</summary>
/// <param name="Frequency">Samples a second on each processor that is not idle.</param>
internal sealed record SamplePoint(int Frequency) : MomentPoint
{
    private const string RateLimit = "/proc/sys/kernel/perf_event_max_sample_rate";

    /// <inheritdoc/>
    public override string Place => string.Create(CultureInfo.InvariantCulture, $"samples at {Frequency} Hz");

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        RequireMoment(spec);
        PerfEventRules.Check();
        int most = int.TryParse(File.Exists(RateLimit) ? File.ReadAllText(RateLimit).Trim() : "", out int limit) ? limit : int.MaxValue;
        if (Frequency < 1 || Frequency > most)
        {
            throw new SpecException(
                $"A frequency of {Frequency} Hz",
                Frequency < 1 ? "a clock ticks at least once a second." : $"this kernel takes at most {most} samples a second (kernel.perf_event_max_sample_rate).",
                $"Give 1 to {most}; 99 and 999 are customary, because they do not beat with timers.");
        }

        IReadOnlyList<int> processors = OnlineProcessors.Read();
        ProbeCoverage coverage = new([.. processors.Select(static one => $"processor {one}")], [])
        {
            Notes = [$"{Frequency} samples a second of each processor while it is not idle: threads that wait are not seen"],
        };
        return new PerfEventTarget(spec, coverage, processors, processor => PerfEvent.CpuClock(Frequency, processor));
    }
}
