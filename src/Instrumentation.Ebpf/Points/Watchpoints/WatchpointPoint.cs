using System.Globalization;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Points.Sampling;

namespace Instrumentation.Ebpf.Points.Watchpoints;

/// <summary>A few bytes of a process's memory, watched by the processors.</summary>
/// <param name="Address">The address in the process.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="Access">Which access is seen.</param>
internal sealed record WatchpointPoint(ulong Address, int Length, WatchAccess Access) : MomentPoint
{
    private const ulong EndOfUserSpace = 1UL << 63;

    /// <inheritdoc/>
    public override string Place => string.Create(CultureInfo.InvariantCulture, $"{Verb} {Length} bytes at 0x{Address:x}");

    private string Verb => Access switch
    {
        WatchAccess.Execute => "execution of",
        WatchAccess.Write => "writes to",
        _ => "accesses to",
    };

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        RequireMoment(spec);
        Check();
        PerfEventRules.Check();
        IReadOnlyList<int> processors = OnlineProcessors.Read();
        ProbeCoverage coverage = new([Place], [])
        {
            Notes = [$"all threads{Processes}, those that begin later as well, on {processors.Count} processors; what the kernel itself reads or writes there for a system call is not seen"],
        };
        return new PerfEventTarget(spec, coverage, processors, Open);
    }

    private void Check()
    {
        if (Access is not (WatchAccess.Write or WatchAccess.Read or (WatchAccess.Read | WatchAccess.Write) or WatchAccess.Execute))
        {
            throw new SpecException($"The access {Access}", "no processor watches for it.", "Use Write, Read, both of them, or Execute alone.");
        }

        if (Length is not (1 or 2 or 4 or 8))
        {
            throw new SpecException($"A watchpoint of {Length} bytes", "processors watch 1, 2, 4 or 8 bytes.", "Give one of these lengths; use several watchpoints for more.");
        }

        if (Address % (ulong)Length != 0)
        {
            throw new SpecException(
                $"A watchpoint of {Length} bytes at 0x{Address:x}",
                "the address is no multiple of the length, and processors watch no other.",
                string.Create(CultureInfo.InvariantCulture, $"Watch from 0x{Address - (Address % (ulong)Length):x}, or fewer bytes."));
        }

        if (Address is 0 or >= EndOfUserSpace || Processes.ProcessId is null)
        {
            throw new SpecException(
                $"A watchpoint at 0x{Address:x}{Processes}",
                "a watchpoint is for an address of one process.",
                "Give the address of memory that does not move, native or pinned, in this process or one that Process(id) names.");
        }
    }

    private PerfEvent Open(int processor)
    {
        try
        {
            return PerfEvent.Watchpoint(Address, Length, Access, threadId: -1, processor: processor);
        }
        catch (KernelCallException full) when (full.ErrorNumber == KernelErrors.NoSpace)
        {
            throw new KernelCallException(
                full.Operation,
                full.ErrorNumber,
                $"A watchpoint on {Place} cannot be set",
                $"all watchpoints of processor {processor} are in use: x86 processors have four, arm64 ones mostly as many.",
                "Dispose a watchpoint that is not needed any more, or end a debugger that uses some.");
        }
    }
}
