using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Skips a test, naming what is missing, where this machine or these rights do not allow what it tests.</summary>
internal static class Require
{
    /// <summary>Needs maps and tracing programs.</summary>
    public static void Bpf()
    {
        Capability(CapabilityNames.SystemCall);
        Capability(CapabilityNames.ProgramRawTracepoint);
    }

    /// <summary>Needs the fourth instruction set.</summary>
    public static void InstructionSetV4() => Capability(CapabilityNames.InstructionsV4);

    /// <summary>Whether there is the fourth instruction set.</summary>
    public static bool HasInstructionSetV4() => KernelCapabilities.Of(CapabilityNames.InstructionsV4).Answer == CapabilityAnswer.Yes;

    /// <summary>
    /// Whether there is a capability that only some kernels have. Where it is missing, the test asserts how it is refused, and what it would see is left to the kernel matrix,
    /// which looks for the line that is written here. In the matrix, the test is skipped on the kernels that lack it.
    /// </summary>
    public static bool Has(string name)
    {
        Capability capability = KernelCapabilities.Of(name);
        if (capability.Answer == CapabilityAnswer.Yes)
        {
            return true;
        }

        if (Environment.GetEnvironmentVariable("INSTRUMENTATION_KERNEL_MATRIX") is not null)
        {
            Capability(name);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"left to the kernel matrix: {name}");
        return false;
    }

    /// <summary>Needs a capability of <see cref="CapabilityNames"/>.</summary>
    public static void Capability(string name)
    {
        Capability capability = KernelCapabilities.Of(name);
        if (capability.Answer != CapabilityAnswer.Yes)
        {
            Assert.Skip($"{name}: needs {capability.Minimum}. {capability.Mend}");
        }
    }
}
