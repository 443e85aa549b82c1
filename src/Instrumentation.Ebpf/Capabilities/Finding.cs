using Instrumentation.Backends;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>What asking for a capability gave.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Mend">What would help, where that is not what mostly helps.</param>
internal readonly record struct Finding(CapabilityAnswer Answer, string? Mend = null)
{
    private const int TooManyFiles = 23;
    private const int Interrupted = 4;

    /// <summary>It is there.</summary>
    public static readonly Finding Yes = new(CapabilityAnswer.Yes);

    /// <summary>It is not.</summary>
    public static readonly Finding No = new(CapabilityAnswer.No);

    /// <summary>It could not be found out.</summary>
    public static readonly Finding Unknown = new(CapabilityAnswer.Undetermined, "Ask again: it could not be found out this time.");

    /// <summary>What a condition says.</summary>
    /// <param name="there">Whether it is there.</param>
    /// <returns>Yes or no.</returns>
    public static Finding Of(bool there) => there ? Yes : No;

    /// <summary>What a trial says.</summary>
    /// <param name="answer">What the kernel answered: not negative for success, or a negative error number.</param>
    /// <returns>No for a refusal that will be the same next time; unknown when something ran short.</returns>
    public static Finding OfTrial(int answer) => answer >= 0 ? Yes : -answer switch
    {
        KernelErrors.TryAgain or KernelErrors.NoMemory or KernelErrors.NoDescriptors or TooManyFiles or Interrupted => Unknown,
        KernelErrors.NotPermitted or KernelErrors.AccessDenied when ProcessStatus.Read() is { MayTrace: false } =>
            new Finding(CapabilityAnswer.No, "Run with CAP_BPF and CAP_PERFMON (or as root)."),
        _ => No,
    };
}
