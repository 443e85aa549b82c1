using Instrumentation.Backends;
using Instrumentation.Ebpf.Backend;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>Refuses what cannot be done here before it is tried.</summary>
internal static class RequiredCapability
{
    /// <summary>Refuses when a capability is certainly not there.</summary>
    /// <param name="name">One of <see cref="CapabilityNames"/>.</param>
    /// <exception cref="BackendUnavailableException">It is not there; names it and what would help.</exception>
    public static void Demand(string name)
    {
        Capability capability = KernelCapabilities.Of(name);
        if (capability.Answer == CapabilityAnswer.No)
        {
            throw new BackendUnavailableException(EbpfBackend.BackendName, BackendUnavailableReason.PlatformNotSupported, $"it needs {capability.Minimum} ({name}).", capability.Mend);
        }
    }
}
