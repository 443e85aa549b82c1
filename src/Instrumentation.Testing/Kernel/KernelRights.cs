using Instrumentation.Backends;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Testing.Kernel;

/// <summary>Whether system calls can be recorded here.</summary>
internal static class KernelRights
{
    private static readonly string[] Needed = [CapabilityNames.SystemCall, CapabilityNames.RightBpf, CapabilityNames.RightPerfmon, CapabilityNames.Btf, CapabilityNames.ProgramRawTracepoint, CapabilityNames.MapRingBuffer, CapabilityNames.MapMapped];

    /// <summary>Refuses where they cannot.</summary>
    /// <exception cref="BackendUnavailableException">Says what is missing and what would help.</exception>
    public static void Demand()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BackendUnavailableException(EbpfBackend.BackendName, BackendUnavailableReason.PlatformNotSupported, "system calls are recorded on Linux only.", "Run the test on Linux.");
        }

        foreach (Capability capability in Needed.Select(KernelCapabilities.Of).Where(static capability => capability.Answer == CapabilityAnswer.No))
        {
            throw new BackendUnavailableException(EbpfBackend.BackendName, BackendUnavailableReason.PlatformNotSupported, $"it needs {capability.Minimum} ({capability.Name}).", capability.Mend);
        }
    }
}
