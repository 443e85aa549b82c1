using Instrumentation.Ebpf.Points.Sampling;

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
    }
}
