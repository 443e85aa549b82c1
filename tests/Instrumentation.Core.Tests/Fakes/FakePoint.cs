namespace Instrumentation.Core.Tests.Fakes;

/// <summary>A place that exists in tests only.</summary>
internal sealed record FakePoint(string Name) : ProbePoint
{
    public override string Describe() => Name;
}
