using Instrumentation.Managed.Costs;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>What probes are found to cost on this machine.</summary>
[Collection(AloneCollection.Name)]
public sealed class CalibrationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Costs_AreInTheOrderOfWhatIsDone()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ManagedCosts costs = await Task.Run(ManagedCosts.Get);
        output.WriteLine(costs.ToString());
        Assert.InRange(costs.Count, 0.01, 50);
        Assert.True(costs.EntryEvent > costs.EntryDecision, costs.ToString());
        Assert.True(costs.EndEvent > costs.StartDecision, costs.ToString());
        Assert.True(costs.EntryEvent > costs.Count, costs.ToString());
    }
}
