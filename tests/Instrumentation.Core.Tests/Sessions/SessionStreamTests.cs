using Instrumentation.Core.Tests.Fakes;

namespace Instrumentation.Core.Tests.Sessions;

[Collection(ProcessWideCollection.Name)]
public sealed class SessionStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_HitsOfOneProbe_ComeInOrderAndEndWithTheSession()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a") with { CaptureShape = FakeCapture.Fields(("N", typeof(int))) }, Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                FakeHook.Hit(probe, FakeFields.Of(i));
            }
        });
        await session.DisposeAsync();
        List<ProbeEvent> events = await reading;
        Assert.Equal(Enumerable.Range(0, 1000), events.Select(static e => (int)e.Fields["N"]!));
        Assert.All(events, static e => Assert.Equal("a", e.Probe));
        Assert.Equal(new ProbeStatistics(1000, 1000, 1000, 0, 0), probe.Statistics);
        Assert.Equal(0, session.Events.Loss.Total);
    }
}
