namespace Instrumentation.Tests;

/// <summary>Stacks where all backends are present.</summary>
public sealed class StackTests
{
    [Fact]
    public async Task Stacks_OfAMethod_AreRefusedWithTheWayThatThereIs()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        AggregateSpec<StackProfile> spec = Probe.Method(() => Called()).Stacks();
        Assert.Contains("Probe.Sample", Assert.Throws<SpecException>(() => session.CanAttach(spec)).Mend, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(spec));
        Assert.Empty(session.Probes);
    }

    private static void Called()
    {
    }
}
