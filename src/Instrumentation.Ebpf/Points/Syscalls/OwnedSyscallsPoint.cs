namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>
/// Many system calls of this process at once, by one pair of programs: those of threads that work for an owner (<see cref="Spans.ThreadContext.Owner"/>). What they were called with is captured
/// by the names in <see cref="OwnedSyscallSource"/>, whichever call it is.
/// </summary>
/// <param name="Calls">The calls.</param>
/// <param name="NeedsOwner">Whether calls of threads without an owner are left out.</param>
internal sealed record OwnedSyscallsPoint(SyscallSet Calls, bool NeedsOwner) : KernelPoint
{
    /// <inheritdoc/>
    public override string Place => NeedsOwner ? "system calls of owners" : "system calls";

    /// <summary>The spec that captures all there is, in the order of <see cref="OwnedSyscallSource.Names"/>; then the result, the path and the other path.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="needsOwner">Whether calls of threads without an owner are left out.</param>
    /// <returns>The spec.</returns>
    public static ProbeSpec Spec(SyscallSet calls, bool needsOwner) => new ProbeSpec(new OwnedSyscallsPoint(calls, needsOwner)).ThisProcess().Capture(c => new
    {
        A0 = c.Arg<long>("a0"),
        A1 = c.Arg<long>("a1"),
        A2 = c.Arg<long>("a2"),
        A3 = c.Arg<long>("a3"),
        A4 = c.Arg<long>("a4"),
        A5 = c.Arg<long>("a5"),
        Number = c.Arg<long>("number"),
        Owner = c.Arg<long>("owner"),
        Word0 = c.Arg<long>("word0"),
        Word1 = c.Arg<long>("word1"),
        Word2 = c.Arg<long>("word2"),
        Result = c.Return<long>(),
        Path = c.String(c.Arg<long>("path")),
        Other = c.String(c.Arg<long>("other")),
    });

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec) => new OwnedSyscallTarget(Calls, NeedsOwner);
}
