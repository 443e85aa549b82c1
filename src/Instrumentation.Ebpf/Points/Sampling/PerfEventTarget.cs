using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>A point that is a perf event on each processor: so all threads are seen, also those that begin later, and each once.</summary>
/// <param name="place">What it is called.</param>
/// <param name="coverage">What is reached.</param>
/// <param name="processors">The processors.</param>
/// <param name="open">Opens the event on a processor.</param>
internal sealed class PerfEventTarget(string place, ProbeCoverage coverage, IReadOnlyList<int> processors, Func<int, PerfEvent> open) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage => coverage;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites { get; } = [place];

    /// <inheritdoc/>
    public override ProgramSource Entry() => new PerfEventSource(place);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        List<IDisposable> events = [];
        try
        {
            foreach (int processor in processors)
            {
                PerfEvent one = open(processor);
                events.Add(one);
                one.Attach(programs.Entry!);
            }

            return events;
        }
        catch
        {
            events.ForEach(static one => one.Dispose());
            throw;
        }
    }
}
