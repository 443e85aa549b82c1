using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Errors;

/// <summary>Makes errors of error numbers: what a number means for a call, and what helps.</summary>
internal static class KernelErrors
{
    /// <summary>Operation not permitted.</summary>
    public const int NotPermitted = 1;

    /// <summary>No such entry.</summary>
    public const int NoEntry = 2;

    /// <summary>Too large an attribute struct.</summary>
    public const int TooBig = 7;

    /// <summary>Try again.</summary>
    public const int TryAgain = 11;

    /// <summary>No memory.</summary>
    public const int NoMemory = 12;

    /// <summary>Permission denied.</summary>
    public const int AccessDenied = 13;

    /// <summary>Busy.</summary>
    public const int Busy = 16;

    /// <summary>Exists.</summary>
    public const int Exists = 17;

    /// <summary>Invalid argument.</summary>
    public const int Invalid = 22;

    /// <summary>No descriptors left.</summary>
    public const int NoDescriptors = 24;

    /// <summary>No room.</summary>
    public const int NoSpace = 28;

    /// <summary>No such call.</summary>
    public const int NoCall = 38;

    /// <summary>Not supported, user space's number.</summary>
    public const int NotSupported = 95;

    /// <summary>Not supported, the kernel's own number.</summary>
    public const int NotSupportedInKernel = 524;

    /// <summary>The error of a bpf(2) command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="what">What failed, naming the input.</param>
    /// <param name="number">The error number.</param>
    /// <returns>The error.</returns>
    public static KernelCallException OfBpf(BpfCommand command, string what, int number) => number == TooBig
        ? new($"bpf({command})", number, what, Said($"bpf({command})", number), "The element count or size is more than this kernel allows, or the kernel is older than the feature: use less, or a newer kernel.")
        : OfCall($"bpf({command})", what, number);

    /// <summary>The error of a system call.</summary>
    /// <param name="operation">The call.</param>
    /// <param name="what">What failed, naming the input.</param>
    /// <param name="number">The error number.</param>
    /// <returns>The error.</returns>
    public static KernelCallException OfCall(string operation, string what, int number) => new(operation, number, what, Said(operation, number), Mend(number));

    /// <summary>Whether an error number says that the kernel lacks something, and not that a call was wrong.</summary>
    /// <param name="number">The error number, positive.</param>
    /// <returns>True when it does.</returns>
    public static bool MeansUnsupported(int number) => number is Invalid or NoCall or NotSupported or NotSupportedInKernel;

    /// <summary>What mostly helps against an error number.</summary>
    /// <param name="number">The error number.</param>
    /// <returns>A sentence.</returns>
    public static string Mend(int number) => number switch
    {
        NotPermitted => "Run with CAP_BPF and CAP_PERFMON (or as root); in a container, let its seccomp profile pass the call.",
        AccessDenied => "Run with CAP_BPF and CAP_PERFMON, and see kernel.perf_event_paranoid.",
        NoMemory => "Ask for less memory, or raise RLIMIT_MEMLOCK or the memory limit of the control group.",
        NoEntry => "Check the name or path.",
        Busy => "Something else holds it: detach that first.",
        Invalid => "The kernel does not take these values: check them, or use a newer kernel.",
        NoDescriptors => "Raise the limit of open files (ulimit -n).",
        NoCall => "The kernel was built without it: use one with CONFIG_BPF_SYSCALL and CONFIG_PERF_EVENTS.",
        NotSupported or NotSupportedInKernel => "This kernel has no such feature: use a newer one.",
        _ => "",
    };

    private static string Said(string operation, int number) => $"{operation} answered {Errno.Name(number)}.";
}
