using Consumer;
using Instrumentation;
using Instrumentation.Testing;
using Xunit;

namespace SomeTests;

/// <summary>Tests of a user who looks at real calls.</summary>
public sealed class ShopTests
{
    [Fact]
    public async Task Order_AsksThePriceOnce()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        calls.Watch(() => Shop.Price(default!)).Watch((Shop shop) => shop.OrderAsync(default!, default));

        int total = await new Shop().OrderAsync("milk", 3);

        Assert.Equal(15, total);
        RecordedCall price = Assert.Single(calls.Calls, static call => call.Method.Name == nameof(Shop.Price));
        Assert.Equal("milk", price.Arguments[0]);
        Assert.Equal(nameof(Shop.OrderAsync), price.Parent?.Method.Name);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("tea", 0)]
    public async Task TryPrice_WithoutProduct_Throws(string product, int thrown)
    {
        await using var session = await InstrumentationSession.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var throws = await session.AttachAsync(Probe.Method(() => Shop.Price(default!)).OnThrow().Count(), TestContext.Current.CancellationToken);

        Shop.TryPrice(product);

        Assert.Equal(thrown, throws.Read().Total);
    }

    [Fact]
    public async Task Files_OfTheFramework_AreSeen()
    {
        await using var session = await InstrumentationSession.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var reads = await session.AttachAsync(Probe.Method(() => File.Exists(default)).When(c => c.Arg<string>("path") == "/nowhere").Count(), TestContext.Current.CancellationToken);

        Assert.False(File.Exists("/nowhere"));
        Assert.True(Directory.Exists("/"));

        Assert.Equal(1, reads.Read().Total);
    }
}
