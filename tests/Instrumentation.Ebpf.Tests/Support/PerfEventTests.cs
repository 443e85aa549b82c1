namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Tests that share what a process or processor has few of, its perf map and its watchpoints: one runs at a time.</summary>
[CollectionDefinition(Name)]
public sealed class PerfEventTests
{
    public const string Name = "perf events";
}
