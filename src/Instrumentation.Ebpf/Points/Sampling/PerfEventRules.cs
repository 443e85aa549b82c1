using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>What points that are perf events ask of the machine.</summary>
internal static class PerfEventRules
{
    private static readonly string[] Needs = [CapabilityNames.RightPerfmon, CapabilityNames.ProgramPerfEvent];

    /// <summary>Checks the machine.</summary>
    /// <exception cref="BackendUnavailableException">The kernel or the rights do not allow perf events; names the capability.</exception>
    public static void Check()
    {
        foreach (string need in Needs)
        {
            RequiredCapability.Demand(need);
        }
    }
}
