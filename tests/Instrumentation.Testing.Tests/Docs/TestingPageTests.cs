using Instrumentation.Testing.Tests.Assertions;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Docs;

/// <summary>What docs/testing.md and the README show of assertions; a test of Instrumentation.Tests compares them.</summary>
public sealed class TestingPageTests
{
    private readonly IGateway gateway = new Gateway();
    private readonly Order order = new("7", 2);

    [Fact]
    public async Task Checkout()
    {
        Service service = new(gateway);

        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.Put(default!, default!)).Watch((IGateway g) => g.PayAsync(default!, default, default));

        await service.CheckoutAsync(order);

        calls.Should().HaveCalled(() => Cache.Put(Arg.Is<string>(k => k.StartsWith("order:")), Arg.Any<Order>())).Once();
        calls.Should().HaveCalledInOrder(() => Cache.Put("order:7", order), () => gateway.PayAsync("rich", 20m, default));
        calls.Should().HaveNoOtherCalls();
    }

    [Fact]
    public async Task Results()
    {
        Service service = new(gateway);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache)).Watch((IGateway g) => g.PayAsync(default!, default, default));

        await service.CheckoutAsync(order);
        await Assert.ThrowsAsync<TimeoutException>(() => service.CheckoutAsync(order, "broke"));

        calls.Should().HaveCalled((IGateway g) => g.PayAsync("rich", Arg.Any<decimal>(), default)).Returning(true).Within(TimeSpan.FromSeconds(5));
        calls.Should().HaveCalled(() => gateway.PayAsync("broke", 20m, default)).Throwing<TimeoutException>().Once();
        calls.Should().HaveThrown<TimeoutException>(message => message.Contains("broke"));
        calls.Should().NeverHaveCalled(() => Cache.Get(Arg.Any<string>()));
    }

    [Fact]
    public async Task Reflection()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        var hash = typeof(Cache).GetMethod("Hash", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        calls.Watch(hash);

        Cache.HashOf("tea");

        calls.Should().HaveCalled(hash, "tea").Once();
        calls.Should().HaveCalled(hash, () => new object?[] { Arg.Is<string>(k => k.Length == 3) }).Returning(93);
    }

    [Fact]
    public async Task TheMessageOfThePage()
    {
        Service service = new(gateway);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.Put(default!, default!)).Watch((IGateway g) => g.PayAsync(default!, default, default));
        await service.CheckoutAsync(order);

        string page = File.ReadAllText(Path.Combine(Root(), "docs", "testing.md"));
        int start = page.IndexOf("```\nExpected", StringComparison.Ordinal) + 4;
        Failure.Says(page[start..page.IndexOf("\n```", start, StringComparison.Ordinal)].Replace("/src/Shop.cs:52", "Shop.cs:0", StringComparison.Ordinal), () => calls.Should().HaveCalled(() => Cache.Put(Arg.Is<string>(k => k.StartsWith("cart:")), Arg.Any<Order>())).Once());
    }

    [Fact]
    public async Task Golden()
    {
        Service service = new(gateway);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.Put(default!, default!)).Watch((IGateway g) => g.PayAsync(default!, default, default)).Watch((Service s) => s.CheckoutAsync(default!, default!));
        calls.Watch(() => Clock.UtcNow);
        await service.CheckoutAsync(order);

        await calls.MatchesGoldenAsync("checkout", new GoldenOptions().Replacing(@"at \d{4}", "at <year>"));

        string page = File.ReadAllText(Path.Combine(Root(), "docs", "testing.md"));
        Assert.Contains($"```\n{File.ReadAllText(Path.Combine(Root(), "tests", "Instrumentation.Testing.Tests", "Docs", "TestingPageTests.checkout.golden.txt"))}```", page, StringComparison.Ordinal);
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Instrumentation.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests do not run inside of the repository.");
    }
}
