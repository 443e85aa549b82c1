using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed class ThreadRecyclingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recycle_ThousandShortThreadsWithEvents_LosesNoneAndBoundsMemory()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("short"), Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        int before = ThreadStates.Snapshot().Length;
        for (int i = 0; i < 250; i++)
        {
            FakeSession.OnThreads(4, _ => FakeHook.Hit(probe));
        }

        int grown = ThreadStates.Snapshot().Length - before;
        await session.DisposeAsync();
        Assert.Equal(1000, (await reading).Count);
        Assert.Equal(1000, probe.Statistics.Emitted);
        Assert.InRange(grown, 0, 400);
    }
}
