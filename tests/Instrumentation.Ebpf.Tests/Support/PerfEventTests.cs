namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Tests that share what a process or processor has few of, its perf map and its watchpoints, and that count what is left: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PerfEventTests
{
    public const string Name = "perf events";
}
