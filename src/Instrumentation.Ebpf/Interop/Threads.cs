namespace Instrumentation.Ebpf.Interop;

/// <summary>What the kernel calls the running thread.</summary>
internal static class Threads
{
    private const int GlobalBarrier = 1;

    /// <summary>The kernel's id of the calling thread, in the process's own pid namespace.</summary>
    /// <returns>The id.</returns>
    public static int CurrentId() => (int)LibC.SystemCall(SystemCallNumber.GetThreadId, 0, 0, 0, 0, 0);

    /// <summary>
    /// Waits until no processor runs any more what it ran at the call: programs in the kernel that cannot be preempted have ended. Some milliseconds; where the kernel
    /// does not have it, it returns at once.
    /// </summary>
    public static void WaitForProcessors() => _ = LibC.SystemCall(SystemCallNumber.MemoryBarrier, GlobalBarrier, 0, 0, 0, 0);
}
