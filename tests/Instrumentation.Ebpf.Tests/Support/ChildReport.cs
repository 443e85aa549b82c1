using System.Diagnostics;
using System.Runtime.CompilerServices;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Backend;
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

        Console.WriteLine($"profile: {Profile()}");
        Console.WriteLine($"openat: {new EbpfBackend().CanAttach(Probe.Syscall("openat").ThisProcess())}");
        Environment.Exit(0);
    }

    // What a profile of this process comes to with the rights that it has.
    private static string Profile()
    {
        try
        {
            ProbeSpec spec = Probe.Sample(99).ThisProcess();
            if (new EbpfBackend().CanAttach(spec) is { State: ProbeState.Blind } blind)
            {
                return $"{blind.Gaps[0].Reason} {blind.Gaps[0].Mend}";
            }

            InstrumentationSession session = InstrumentationSession.StartAsync([new EbpfBackend()]).GetAwaiter().GetResult();
            AggregateHandle<StackProfile> handle = session.AttachAsync(spec.Stacks(64)).GetAwaiter().GetResult();
            Stopwatch watch = Stopwatch.StartNew();
            while (handle.Statistics.Hits == 0 && watch.Elapsed < TimeSpan.FromSeconds(10))
            {
                Thread.SpinWait(1000);
            }

            string state = handle.State.ToString();
            session.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return $"{state}, {(handle.Read().Total > 0 ? "some" : "no")} samples";
        }
        catch (InstrumentationException error)
        {
            return error.Message;
        }
    }
}
