using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>Many system calls at once.</summary>
/// <param name="calls">The calls.</param>
/// <param name="needsOwner">Whether calls of threads without an owner are left out.</param>
internal sealed class OwnedSyscallTarget(SyscallSet calls, bool needsOwner) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new(["system calls"], []);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites => Coverage.Reached;

    /// <inheritdoc/>
    public override ProgramSource Entry() => new OwnedSyscallSource(calls, needsOwner, isExit: false);

    /// <inheritdoc/>
    public override ProgramSource Exit() => new OwnedSyscallSource(calls, needsOwner, isExit: true);

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs) => SyscallTarget.AttachTo(programs);
}
