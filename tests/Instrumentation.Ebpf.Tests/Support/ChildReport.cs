using System.Runtime.CompilerServices;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Makes this program print its capabilities and end, when it is started with a variable: as a child that has fewer rights.</summary>
internal static class ChildReport
{
    public const string Variable = "INSTRUMENTATION_EBPF_TESTS_REPORT";

    [ModuleInitializer]
    public static void ReportWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) != "1")
        {
            return;
        }

        foreach (Capability capability in KernelCapabilities.All())
        {
            Console.WriteLine($"{capability.Name} {capability.Answer} {capability.Mend}");
        }

        Environment.Exit(0);
    }
}
