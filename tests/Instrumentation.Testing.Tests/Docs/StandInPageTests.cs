using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Docs;

/// <summary>What docs/testing.md shows of stand-ins and of flows, as it stands there.</summary>
public sealed class StandInPageTests
{
    private static readonly Service Service = new(new Gateway());

    [Fact]
    public async Task StandInsOfThePage()
    {
        Order order = new("7", 2);
        DateTime t0 = new(1999, 12, 31, 0, 0, 0, DateTimeKind.Utc);
        await using CallRecorder calls = await CallRecorder.StartAsync();

        calls.Replace(() => Clock.UtcNow).With(() => t0);
        calls.Replace((IGateway g) => g.PayAsync("broke", Arg.Any<decimal>(), default)).Throws<TimeoutException>();
        calls.Replace((IGateway g) => g.PayAsync("rich", Arg.Any<decimal>(), default)).With(true);
        calls.Replace(() => Cache.Put(Arg.Any<string>(), Arg.Any<Order>())).Skip();

        Assert.Equal("7 at 1999", await Service.CheckoutAsync(order));
        await Assert.ThrowsAsync<TimeoutException>(() => Service.CheckoutAsync(order, "broke"));
        Assert.Empty(order.Lines);
    }

    [Fact]
    public async Task ReadinessOfThePage()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.HashOf(default!));
        await calls.ReadyAsync();
        _ = Cache.HashOf("tea");
        calls.Should().HaveCalled(() => Cache.HashOf("tea")).Once();
    }
}
