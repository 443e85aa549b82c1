using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Waits;

namespace Instrumentation;

/// <content>Off-CPU times.</content>
public static partial class EbpfProbes
{
    extension(Probe)
    {
        /// <summary>
        /// A probe on the times that threads do not run: one call is from the switch to another thread until it runs again, and <see cref="ProbeContext.Duration"/> is how long that was.
        /// This process's threads are looked at, unless <c>Process(id)</c> or <c>EveryProcess()</c> says otherwise. Arguments:
        /// <list type="bullet">
        /// <item><c>c.Arg&lt;OffCpuReason>("reason")</c>: what it waited for, by its state and the system call that it was in.</item>
        /// <item><c>c.Arg&lt;long>("runqueue")</c>: the nanoseconds of the duration in which it could have run: since it was woken, or all of them when it was preempted.</item>
        /// <item><c>c.Arg&lt;int>("waker")</c>: the thread that ran where it was woken, 0 when a timer or nobody woke it. An interrupt other than a timer's shows the thread that it interrupted.</item>
        /// <item><c>c.Arg&lt;int>("syscall")</c>: the number of the system call that it was in; negative outside of any.</item>
        /// </list>
        /// Stacks are those at which it stopped: <c>Probe.OffCpu().StacksBy(c => c.Duration)</c> is an off-CPU flame graph.
        /// </summary>
        /// <remarks>
        /// Stacks of processes are followed by frame pointers, which the C library's own waits (futex: locks, <see cref="Thread.Sleep(int)"/>) do not keep: such a stack ends there. What
        /// the thread worked for is known all the same: the method of its innermost span is the outermost frame.
        /// </remarks>
        /// <returns>The spec.</returns>
        public static ProbeSpec OffCpu() => new(new OffCpuPoint { Processes = new ProcessFilter(ProcessScope.This) });
    }
}
