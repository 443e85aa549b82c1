namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>A system call.</summary>
/// <param name="Name">Its name.</param>
internal sealed record SyscallPoint(string Name) : KernelPoint
{
    /// <inheritdoc/>
    public override string Place => $"syscall {Name}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        Syscall call = SyscallTable.Find(Name);
        return (spec.Edge & ~(ProbeEdge.Entry | ProbeEdge.Return | ProbeEdge.Call)) == 0
            ? new SyscallTarget(call)
            : throw new SpecException($"The edge {spec.Edge} on {Place}", "a system call throws nothing: it fails by its result.", "Use OnReturn().When(c => c.Return<long>() < 0).");
    }
}
