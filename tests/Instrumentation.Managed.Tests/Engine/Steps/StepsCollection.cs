namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>Tests that enumerate the same methods: one after the other, so that no probe sees the enumerations of another test.</summary>
[CollectionDefinition(Name)]
public sealed class StepsCollection
{
    public const string Name = "steps";
}
