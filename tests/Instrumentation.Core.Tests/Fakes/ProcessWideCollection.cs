namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Tests that share the process's rings, slots and pump: they run one after the other, and nothing else beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWideCollection
{
    public const string Name = "rings, slots and pump of the process";
}
