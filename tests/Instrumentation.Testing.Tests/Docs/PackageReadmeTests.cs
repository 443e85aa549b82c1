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

        RecordedCall put = calls.Calls.Single(call => call.Method.Name == "Put");
        RecordedCall pay = calls.Calls.Single(call => call.Method.Name == "PayAsync");
        Assert.Equal("order:7", put.Arguments[0]);
        Assert.True(put.Order < pay.Order);
        Assert.Equal(true, pay.Result);
    }
}
