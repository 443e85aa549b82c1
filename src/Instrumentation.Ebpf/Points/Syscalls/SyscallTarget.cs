using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>A system call, seen through the raw tracepoints that all system calls pass: they exist without tracefs and cost least.</summary>
/// <param name="call">The call.</param>
internal sealed class SyscallTarget(Syscall call) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([$"syscall {call.Name}"], []);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites { get; } = [$"syscall {call.Name}"];

    /// <inheritdoc/>
    public override ProgramSource Entry() => new SyscallSource(call, isExit: false);

    /// <inheritdoc/>
    public override ProgramSource Exit() => new SyscallSource(call, isExit: true);

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs) => AttachTo(programs);

    /// <summary>Attaches programs to the tracepoints that all system calls pass.</summary>
    /// <param name="programs">The programs.</param>
    /// <returns>What detaches them, to be disposed in this order.</returns>
    /// <exception cref="KernelCallException">The kernel refused; nothing is left attached.</exception>
    public static IReadOnlyList<IDisposable> AttachTo(LoadedPrograms programs)
    {
        List<IDisposable> links = [];
        try
        {
            if (programs.Exit is { } exit)
            {
                links.Add(TracepointLinks.Raw(exit, "sys_exit"));
            }

            if (programs.Entry is { } entry)
            {
                links.Insert(0, TracepointLinks.Raw(entry, "sys_enter"));
            }

            return links;
        }
        catch
        {
            links.ForEach(static link => link.Dispose());
            throw;
        }
    }
}
