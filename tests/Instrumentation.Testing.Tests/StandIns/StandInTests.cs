using System.Diagnostics;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.StandIns;

/// <summary>What acts in place of calls, and for whom.</summary>
public sealed class StandInTests
{
    private static readonly DateTime Then = new(1999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Service Shop = new(new Gateway());

    [Fact]
    public async Task AnotherResultIsGivenWhileTheRecorderLives()
    {
        await using (CallRecorder calls = await CallRecorder.StartAsync())
        {
            StandInHandle clock = calls.Replace(() => Clock.UtcNow).With(() => Then);
            Assert.Equal(Then, Clock.UtcNow);
            Assert.Equal("7 at 1999", await Shop.CheckoutAsync(new Order("7", 1)));
            Assert.Equal(2, clock.Calls);
            Assert.All(calls.Calls, static call => Assert.True(call.IsReplaced));
            Assert.Equal(Then, calls.Calls[0].Result);
            clock.Dispose();
            Assert.NotEqual(1999, Clock.UtcNow.Year);
        }

        Assert.NotEqual(1999, Clock.UtcNow.Year);
    }

    [Fact]
    public async Task OtherFlowsAreAsEver()
    {
        using Barrier barrier = new(3);
        int[] years = await Task.WhenAll(Enumerable.Range(1, 3).Select(number => Task.Run(async () =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync();
            if (number < 3)
            {
                calls.Replace(() => Clock.UtcNow).With(Then.AddYears(number));
            }

            barrier.SignalAndWait(TimeSpan.FromSeconds(60));
            int year = 0;
            for (int i = 0; i < 100; i++)
            {
                year = Clock.UtcNow.Year;
                await Task.Yield();
                Assert.Equal(year, await Task.Run(static () => Clock.UtcNow.Year));
            }

            barrier.SignalAndWait(TimeSpan.FromSeconds(60));
            return year;
        })));
        Assert.Equal([2000, 2001, DateTime.UtcNow.Year], years);
    }

    [Fact]
    public async Task AnInterfaceMethodIsReplacedInWhateverImplementsIt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace((IGateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), default)).With(false);
        Assert.Equal("refused", await Shop.CheckoutAsync(new Order("7", 1)));
    }

    [Fact]
    public async Task CodeThatStandsInMayCallTheMethodItself()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(() => Cache.Get(Arg.Any<string>())).With((string key) => Cache.Get("order:" + key));
        Assert.Equal("order:5", Cache.Get("5")!.Id);
        Assert.Equal(["5", "order:5"], calls.Calls.Select(static call => call.Arguments[0]));
        Assert.Same(calls.Calls[0], calls.Calls[1].Parent);
    }

    [Fact]
    public async Task CallsFail()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace((IGateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), default)).Throws<TimeoutException>();
        calls.Replace(() => Cache.HashOf(Arg.Any<string>())).Throws(new InvalidDataException("broken"));
        Task<string> checkout = Shop.CheckoutAsync(new Order("7", 1));
        await Assert.ThrowsAsync<TimeoutException>(() => checkout);
        Assert.Equal("broken", Assert.Throws<InvalidDataException>(static () => Cache.HashOf("a")).Message);
        Assert.IsType<TimeoutException>(calls.Calls[0].Exception);
    }

    [Fact]
    public async Task CallsTakeLonger()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace((IGateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), default)).Delays(TimeSpan.FromMilliseconds(80));
        calls.Replace(() => Cache.HashOf(Arg.Any<string>())).Delays(TimeSpan.FromMilliseconds(50));
        long began = Stopwatch.GetTimestamp();
        Assert.StartsWith("7 at", await Shop.CheckoutAsync(new Order("7", 1)), StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(79));
        began = Stopwatch.GetTimestamp();
        Assert.Equal(31, Cache.HashOf("a"));
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(49));
        Assert.Equal(true, calls.Calls[0].Result);
        Assert.True(calls.Calls[0].Duration >= TimeSpan.FromMilliseconds(79));
    }

    [Fact]
    public async Task CallsAreSkipped()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(() => Cache.Put(Arg.Any<string>(), Arg.Any<Order>())).Skip();
        calls.Replace(() => Cache.HashOf(Arg.Any<string>())).Skip();
        calls.Replace((IGateway g) => g.PayAsync(Arg.Any<string>(), Arg.Any<decimal>(), default)).Skip();
        Order order = new("7", 1);
        Assert.Equal("refused", await Shop.CheckoutAsync(order));
        Assert.Empty(order.Lines);
        Assert.Equal(0, Cache.HashOf("abc"));
    }

    [Fact]
    public async Task TheArgumentsSayForWhichCalls()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(() => Cache.HashOf(Arg.Is<string>(key => key.Length > 3))).With(0);
        calls.Replace(() => Cache.HashOf("ab")).With((string key) => key.Length);
        Assert.Equal((31, 2, 93, 0), (Cache.HashOf("a"), Cache.HashOf("ab"), Cache.HashOf("abc"), Cache.HashOf("abcd")));
        Assert.Equal([false, true, false, true], calls.Calls.Where(static call => call.Method.Name == nameof(Cache.HashOf)).Select(static call => call.IsReplaced));
    }

    [Fact]
    public async Task TheLatestStandInWins()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(() => Clock.UtcNow).With(Then);
        using (calls.Replace(() => Clock.UtcNow).With(Then.AddYears(1)))
        {
            Assert.Equal(2000, Clock.UtcNow.Year);
        }

        Assert.Equal(1999, Clock.UtcNow.Year);
    }

    [Fact]
    public async Task WhatCannotBeIsRefused()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Assert.Throws<SpecException>(() => calls.Replace(() => Math.Sqrt(Arg.Any<double>())).With(1));
        Assert.Throws<SpecException>(() => calls.Replace(() => new Order(Arg.Any<string>(), 1)).With(new Order("b", 2)));
        Assert.Throws<SpecException>(() => calls.Replace(() => Cache.Get(Arg.Any<string>())).With((int number) => null));
        Assert.Throws<SpecException>(() => calls.Replace(() => Cache.Get(Arg.Any<string>())).Delays(TimeSpan.FromSeconds(-1)));
        Assert.Equal("order:1", Cache.Get("order:1")!.Id);
    }
}
