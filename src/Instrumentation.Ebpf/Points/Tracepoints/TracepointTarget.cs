using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>A tracepoint, attached through a perf event.</summary>
/// <param name="place">What it is called.</param>
/// <param name="format">Its format.</param>
internal sealed class TracepointTarget(string place, TracepointFormat format) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([place], []);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites => Coverage.Reached;

    /// <inheritdoc/>
    public override ProgramSource Entry() => new TracepointSource(place, format);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        PerfEvent point = PerfEvent.Tracepoint(format.Id, place);
        try
        {
            point.Attach(programs.Entry!);
            return [point];
        }
        catch
        {
            point.Dispose();
            throw;
        }
    }
}
