namespace Instrumentation.Managed.Tests.Harness;

/// <summary>Tests that must have the process to themselves: they measure it, or strain it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone in the process";
}
