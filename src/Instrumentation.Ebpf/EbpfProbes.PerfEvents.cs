using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Sampling;
using Instrumentation.Ebpf.Points.Watchpoints;

namespace Instrumentation;

/// <content>Samples and watchpoints.</content>
public static partial class EbpfProbes
{
    /// <summary>The factories for perf events.</summary>
    extension(Probe)
    {
        /// <summary>
        /// A probe on whatever the processors run, looked at by a clock: <c>Probe.Sample(99).ThisProcess().Stacks()</c> is a profile with the frames of the
        /// kernel, of native code and of .NET by name. Threads that wait are not seen. The argument <c>instruction</c> is the address that was running.
        /// </summary>
        /// <param name="frequency">Samples a second on each processor.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Sample(int frequency) => new(new SamplePoint(frequency));

        /// <summary>
        /// A probe on accesses to a few bytes of this process's memory (or of another one's, with <c>Process(id)</c>), by the watchpoints of the processors, of which
        /// there are four mostly. All threads are seen. The argument <c>instruction</c> is the address behind the instruction that did it:
        /// <c>Probe.Watchpoint(address, 8).Capture(c => new { Who = c.Arg&lt;CodeAddress>("instruction") })</c>; <c>Stacks()</c> tells who called it.
        /// </summary>
        /// <param name="address">The address, a multiple of the length. The memory must not move: native, or a pinned object's.</param>
        /// <param name="length">1, 2, 4 or 8 bytes.</param>
        /// <param name="access">Which access is seen.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Watchpoint(nint address, int length, WatchAccess access = WatchAccess.Write) =>
            new(new WatchpointPoint((ulong)address, length, access) { Processes = new ProcessFilter(ProcessScope.This) });
    }
}
