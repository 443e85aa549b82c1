using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation;

/// <summary>Probes on the kernel and on native code.</summary>
/// <remarks>Everything here is inert: names are looked up when the spec is attached. A probe looks at every process unless it is told otherwise.</remarks>
public static class EbpfProbes
{
    /// <summary>The factories of this backend.</summary>
    extension(Probe)
    {
        /// <summary>
        /// A probe on a system call: its entry, its return with the result (negative: an error number), or both as one call with its duration. Arguments have the
        /// names that section 2 of the manual, or the kernel's declaration, gives them.
        /// </summary>
        /// <param name="name">The call's name, for example <c>openat</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Syscall(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new SyscallPoint(name));
        }
    }

    /// <summary>What specs of kernel probes have besides.</summary>
    /// <typeparam name="TSpec">The kind of spec.</typeparam>
    /// <param name="spec">The spec.</param>
    extension<TSpec>(TSpec spec)
        where TSpec : ProbeSpec
    {
        /// <summary>Looks at the process that attaches the probe only.</summary>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is for no kernel point.</exception>
        public TSpec ThisProcess() => Filtered(spec, new ProcessFilter(ProcessScope.This));

        /// <summary>Looks at one process only.</summary>
        /// <param name="processId">Its id.</param>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is for no kernel point.</exception>
        public TSpec Process(int processId) => Filtered(spec, new ProcessFilter(ProcessScope.One, processId));
    }

    private static TSpec Filtered<TSpec>(TSpec spec, ProcessFilter filter)
        where TSpec : ProbeSpec => spec.Point is KernelPoint point
        ? spec with { Point = point with { Processes = filter } }
        : throw new SpecException($"A process filter on {spec.Point.Describe()}", "it is no kernel point: .NET methods are always of this process.", "Leave it out.");
}
