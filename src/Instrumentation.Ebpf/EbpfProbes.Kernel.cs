using Instrumentation.Ebpf.Points.KernelFunctions;
using Instrumentation.Ebpf.Points.Tracepoints;

namespace Instrumentation;

/// <content>Tracepoints and functions of the kernel.</content>
public static partial class EbpfProbes
{
    extension(Probe)
    {
        /// <summary>
        /// A probe on a tracepoint of the kernel, with the fields of its record by name, as its format file in the tracing file system has them:
        /// <c>Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg&lt;int>("prev_pid") != 0)</c>.
        /// </summary>
        /// <param name="category">The tracepoint's category, for example <c>sched</c>.</param>
        /// <param name="name">Its name, for example <c>sched_switch</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Tracepoint(string category, string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(category);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new TracepointPoint(category, name));
        }

        /// <summary>
        /// A probe on a tracepoint of the kernel, with the arguments that the kernel's code passes to it, by name where the kernel describes its types. It needs no
        /// tracing file system and costs less than a probe on its record.
        /// </summary>
        /// <param name="name">The tracepoint's name without its category, for example <c>sched_switch</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec RawTracepoint(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new RawTracepointPoint(name));
        }

        /// <summary>
        /// A probe on a function of the kernel: its entry, its return with the result, or both as one call with its duration. Arguments have the names and types that the
        /// kernel's description of its types gives them. It is attached by fentry and fexit where the kernel has them, else by a kprobe and a kretprobe.
        /// </summary>
        /// <param name="name">The function's name, for example <c>tcp_connect</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec KernelFunction(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new KernelFunctionPoint(name));
        }
    }
}
