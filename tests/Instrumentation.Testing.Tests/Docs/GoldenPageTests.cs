using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Docs;

/// <summary>What docs/testing.md shows of golden traces; a test of Instrumentation.Tests compares them.</summary>
public sealed class GoldenPageTests
{
    [Fact]
    public async Task Checkout()
    {
        Service service = new(new Gateway());
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache)).Watch((IGateway g) => g.PayAsync(default!, default, default));

        await service.CheckoutAsync(new Order("7", 2));

        await calls.MatchesGoldenAsync("checkout");
    }
}
