using Instrumentation.Core.Tests.Fakes;

namespace Instrumentation.Core.Tests.Events;

[Collection(ProcessWideCollection.Name)]
public sealed class TypedReadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryRead_EventsOfAllProbes_EachReadsItsOwn()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle<Order> orders = await session.AttachAsync(FakeCapture.Spec("same", () => new Order(1, "")), Cancellation);
        ProbeHandle<int> numbers = await session.AttachAsync(FakeCapture.Spec("same", () => 1), Cancellation);
        ProbeHandle<int> others = await session.AttachAsync(FakeCapture.Spec("same", () => 1), Cancellation);
        ProbeHandle plain = await session.AttachAsync(FakeSession.Spec("same"), Cancellation);
        FakeSession.OnThread(() =>
        {
            FakeHook.Hit(orders, FakeFields.Of(3, "tea"));
            FakeHook.Hit(numbers, FakeFields.Of(7));
            FakeHook.Hit(plain);
            FakeHook.Hit(others, FakeFields.Of(8));
        });
        await session.DisposeAsync();

        List<object?> read = [];
        foreach (ProbeEvent e in await FakeSession.ReadAllAsync(session.Events))
        {
            read.Add(orders.TryRead(e, out Order? order) ? order : null);
            read.Add(numbers.TryRead(e, out int number) ? number : null);
            Assert.Equal(e.ProbeId == numbers.Id, numbers.TryRead(e, out _));
            Assert.Equal(e.ProbeId == others.Id, others.TryRead(e, out int other));
            Assert.Equal(e.ProbeId == others.Id ? 8 : 0, other);
        }

        Assert.Equal([new Order(3, "tea"), null, null, 7, null, null, null, null], read);
        Assert.Equal(4, new[] { orders.Id, numbers.Id, others.Id, plain.Id }.Distinct().Count());
    }

    [Fact]
    public async Task TryRead_EventOfAnotherSession_IsNotIts()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        await using InstrumentationSession another = await FakeSession.StartAsync();
        ProbeHandle<int> numbers = await session.AttachAsync(FakeCapture.Spec("n", () => 1), Cancellation);
        ProbeHandle<int> stranger = await another.AttachAsync(FakeCapture.Spec("n", () => 1), Cancellation);
        FakeSession.OnThread(() => FakeHook.Hit(numbers, FakeFields.Of(7)));
        await session.DisposeAsync();
        ProbeEvent e = Assert.Single(await FakeSession.ReadAllAsync(session.Events));
        Assert.False(stranger.TryRead(e, out _));
        Assert.True(numbers.TryRead(e, out int value));
        Assert.Equal(7, value);
        Assert.Throws<ArgumentNullException>(() => numbers.TryRead(null!, out _));
    }

    private sealed record Order(int Quantity, string Item);
}
