using Instrumentation.Core.Tests.Fakes;

namespace Instrumentation.Core.Tests.Probes;

[Collection(ProcessWideCollection.Name)]
public sealed class ProbeHandleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_OfAProbe_AreTypedAndItsAlone()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle<Order> orders = await session.AttachAsync(FakeCapture.Spec("orders", () => new Order(1, "")), Cancellation);
        ProbeHandle others = await session.AttachAsync(FakeSession.Spec("others"), Cancellation);
        Task<List<ProbeEvent<Order>>> reading = FakeSession.ReadAllAsync(orders.Events);
        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                FakeHook.Hit(orders, FakeFields.Of(i, $"item {i}"));
                FakeHook.Hit(others);
            }
        });
        await orders.DisposeAsync();
        List<ProbeEvent<Order>> events = await reading;
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => new Order(i, $"item {i}")), events.Select(static e => e.Value));
        Assert.All(events, static e => Assert.Equal("orders", e.Event.Probe));
        Assert.Equal(ProbeState.Armed, others.State);
    }

    [Fact]
    public async Task Events_ReadAfterTheDetach_GiveWhatWaited()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle<Order> orders = await session.AttachAsync(FakeCapture.Spec("orders", () => new Order(1, "")), Cancellation);
        ProbeHandle others = await session.AttachAsync(FakeSession.Spec("others"), Cancellation);
        FakeSession.OnThread(() =>
        {
            FakeHook.Hit(others);
            FakeHook.Hit(orders, FakeFields.Of(1, null));
        });
        await orders.DisposeAsync();
        Assert.Equal(new Order(1, null), Assert.Single(await FakeSession.ReadAllAsync(orders.Events)).Value);
        Assert.Empty(await FakeSession.ReadAllAsync(orders.Events));
        await session.DisposeAsync();
        Assert.Equal("others", Assert.Single(await FakeSession.ReadAllAsync(session.Events)).Probe);
    }

    [Fact]
    public async Task Events_OtherProbeFloods_DoesNotUseTheBudget()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { ReaderBufferBytes = 4096, BacklogBytes = 4096 });
        ProbeHandle<int> rare = await session.AttachAsync(FakeCapture.Spec("rare", () => 1), Cancellation);
        ProbeHandle flood = await session.AttachAsync(FakeSession.Spec("flood"), Cancellation);
        IAsyncEnumerator<ProbeEvent<int>> events = rare.Events.GetAsyncEnumerator(Cancellation);
        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                FakeHook.Hit(flood);
            }

            FakeHook.Hit(rare, FakeFields.Of(7));
        });
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(7, events.Current.Value);
        await events.DisposeAsync();
        Assert.Equal(0, rare.Statistics.Lost);
        Assert.True(flood.Statistics.Lost > 0);
    }

    [Fact]
    public async Task DisposeAsync_Probe_FreezesItsStatisticsAndReportsNoMore()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        FakeSession.OnThread(() => FakeHook.Hit(probe));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () => await probe.DisposeAsync(), Cancellation)));
        FakeSession.OnThread(() => FakeHook.Hit(probe));
        Assert.Equal(new ProbeStatistics(1, 1, 1, 0, 0), probe.Statistics);
        Assert.Equal(ProbeState.Detached, probe.State);
        Assert.Equal(["a"], probe.Coverage.Reached);
        Assert.Empty(session.Probes);
        Assert.Equal("a: Detached, 1 passed of 1 hits", probe.ToString());
    }

    [Fact]
    public async Task DisposeAsync_HookIsUnderWay_WaitsForItsEvent()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        using ManualResetEventSlim inHook = new();
        Thread thread = new(() => FakeHook.Hit(probe, inside: () =>
        {
            inHook.Set();
            Thread.Sleep(100);
        }));
        thread.Start();
        inHook.Wait(Cancellation);
        await probe.DisposeAsync();
        Assert.Equal(new ProbeStatistics(1, 1, 1, 0, 0), probe.Statistics);
        Assert.Equal(1, session.Events.Delivered);
        thread.Join();
    }

    [Fact]
    public async Task AttachAsync_AndDetachForEver_KeepsNoProbe()
    {
        WeakReference first = new(null);
        await using InstrumentationSession session = await FakeSession.StartAsync();
        await AttachAndDetachAsync(session, first);
        for (int i = 0; i < 200; i++)
        {
            await AttachAndDetachAsync(session, new WeakReference(null));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(first.IsAlive);
    }

    private static async Task AttachAndDetachAsync(InstrumentationSession session, WeakReference runtime)
    {
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        runtime.Target = probe.Runtime;
        await probe.DisposeAsync();
    }

    private sealed record Order(int Quantity, string? Item);
}
