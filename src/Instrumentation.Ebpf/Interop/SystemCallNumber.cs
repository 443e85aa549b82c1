using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>The numbers of the system calls that the C library has no function for.</summary>
internal static class SystemCallNumber
{
    /// <summary>bpf(2).</summary>
    public static readonly nint Bpf = Of(x64: 321, arm64: 280);

    /// <summary>perf_event_open(2).</summary>
    public static readonly nint PerfEventOpen = Of(x64: 298, arm64: 241);

    /// <summary>gettid(2).</summary>
    public static readonly nint GetThreadId = Of(x64: 186, arm64: 178);

    /// <summary>pidfd_open(2).</summary>
    public static readonly nint ProcessDescriptorOpen = Of(x64: 434, arm64: 434);

    /// <summary>membarrier(2).</summary>
    public static readonly nint MemoryBarrier = Of(x64: 324, arm64: 283);

    /// <summary>statx(2).</summary>
    public static readonly nint FileStatus = Of(x64: 332, arm64: 291);

    // -1 is no system call: on other processors the kernel answers ENOSYS, which the capability table reports.
    private static nint Of(nint x64, nint arm64) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => x64,
        Architecture.Arm64 => arm64,
        _ => -1,
    };
}
