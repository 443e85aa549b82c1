using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Docs;

/// <summary>What the page of the package shows (src/Instrumentation.Testing/README.md); a test of Instrumentation.Tests compares them.</summary>
public sealed class PackageReadmeTests
{
    [Fact]
    public async Task Checkout_CachesTheOrder_AndTakesTheMoney()
    {
        Service service = new(new Gateway());

        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache)).Watch((Gateway g) => g.PayAsync(default!, default, default));

        await service.CheckoutAsync(new Order("7", 2));

        calls.Should().HaveCalled(() => Cache.Put(Arg.Is<string>(k => k.StartsWith("order:", StringComparison.Ordinal)), Arg.Any<Order>())).Once();
        calls.Should().NeverHaveCalled(() => Cache.Get(Arg.Any<string>()));
        calls.Should().HaveCalledInOrder(
            () => Cache.Put("order:7", Arg.Any<Order>()),
            (Gateway g) => g.PayAsync("rich", 20m, Arg.Any<CancellationToken>()));
    }
}
