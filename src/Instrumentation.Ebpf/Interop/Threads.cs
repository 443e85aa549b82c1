namespace Instrumentation.Ebpf.Interop;

/// <summary>What the kernel calls the running thread.</summary>
internal static class Threads
{
    /// <summary>The kernel's id of the calling thread, in the process's own pid namespace.</summary>
    /// <returns>The id.</returns>
    public static int CurrentId() => (int)LibC.SystemCall(SystemCallNumber.GetThreadId, 0, 0, 0, 0, 0);
}
