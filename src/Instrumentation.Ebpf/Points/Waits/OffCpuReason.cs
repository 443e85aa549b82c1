namespace Instrumentation;

/// <summary>Why a thread did not run: what <c>c.Arg&lt;OffCpuReason>("reason")</c> is at <c>Probe.OffCpu()</c>.</summary>
public enum OffCpuReason
{
    /// <summary>It waited for something else: a child, a signal, a message queue, another process's memory.</summary>
    Other = 0,

    /// <summary>It could have run, and another thread did: all of the time is run-queue time.</summary>
    Preempted = 1,

    /// <summary>It waited for another thread: in a futex, which all locks and conditions of native code and of .NET come down to, until it was woken.</summary>
    Lock = 2,

    /// <summary>It waited for a file system or a disk: in a call on files, or uninterruptibly in any other call but those on memory.</summary>
    File = 3,

    /// <summary>
    /// It waited for data of others, or for room: in polling, accepting, connecting, sending and receiving, and in reads and writes that wait interruptibly, as those of
    /// sockets, pipes and terminals do.
    /// </summary>
    Network = 4,

    /// <summary>It let time pass: in nanosleep and its kin, or in a futex until its timeout ran out, which is what .NET's <see cref="Thread.Sleep(int)"/> does.</summary>
    Sleep = 5,

    /// <summary>It waited for memory outside of any system call: for the page that it touched.</summary>
    Fault = 6,
}
