using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>A raw tracepoint.</summary>
/// <param name="name">The tracepoint.</param>
/// <param name="tracepoint">What BTF says about it; null when it says nothing.</param>
/// <param name="isTyped">Whether its program is verified against BTF's types.</param>
internal sealed class RawTracepointTarget(string name, BtfFunction? tracepoint, bool isTyped) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([$"raw tracepoint {name}"], []);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites => Coverage.Reached;

    /// <inheritdoc/>
    public override ProgramSource Entry() => new RawTracepointSource(name, tracepoint, isTyped);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs) =>
        [isTyped ? TracepointLinks.Tracing(programs.Entry!) : TracepointLinks.Raw(programs.Entry!, name)];
}
