using System.Reflection;
using Instrumentation.Testing.Recording;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Recording;

/// <summary>What a recorder sees, and whose calls those are.</summary>
public sealed class RecorderTests
{
    private static readonly Service Shop = new(new Gateway());

    [Fact]
    public async Task CallsAreRecordedInOrderWithArgumentsAndResults()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache)).Watch((IGateway g) => g.PayAsync(default!, default, default)).Watch((Service s) => s.CheckoutAsync(default!, default!));
        string result = await Shop.CheckoutAsync(new Order("7", 2));
        _ = Cache.HashOf("abc");

        Assert.Equal(["CheckoutAsync", "Put", "PayAsync", "HashOf", "Hash"], calls.Calls.Select(static call => call.Method.Name));
        RecordedCall checkout = calls.Calls[0];
        Assert.Equal(result, checkout.Result);
        Assert.True(checkout.HasEnded);
        Assert.True(checkout.Duration > calls.Calls[2].Duration);
        Assert.Equal("order:7", calls.Calls[1].Arguments[0]);
        Assert.Equal(true, calls.Calls[2].Result);
        Assert.Same(checkout, calls.Calls[1].Parent);
        Assert.Same(checkout, calls.Calls[2].Parent);
        Assert.Same(calls.Calls[3], calls.Calls[4].Parent);
        Assert.Equal(93, calls.Calls[4].Result);
        Assert.Empty(calls.Doubts(null));
    }

    [Fact]
    public async Task TestsInParallelDoNotSeeEachOther()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(static number => Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { Kernel = false });
                calls.Watch(() => Cache.Put(default!, default!));
                string id = $"{number}.{i}";
                await Task.WhenAll(Task.Run(() => Shop.CheckoutAsync(new Order(id, 1))), Shop.CheckoutAsync(new Order(id, 1)));
                Thread thread = new(() => Cache.Put($"order:{id}", new Order(id, 1)));
                thread.Start();
                thread.Join();
                Assert.Equal([$"order:{id}", $"order:{id}", $"order:{id}"], calls.Calls.Select(static call => call.Arguments[0]));
                Assert.Empty(calls.Doubts(null));
            }
        })));
    }

    [Fact]
    public async Task NothingIsLeft()
    {
        await using (CallRecorder calls = await CallRecorder.StartAsync())
        {
            calls.Watch(typeof(Cache));
            Assert.True(WatchTable.Count > 0);
        }

        Assert.Null(RecorderFlow.Current);
    }

    [Fact]
    public async Task APrivateMethodIsWatched()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Cache).GetMethod("Hash", BindingFlags.NonPublic | BindingFlags.Static)!);
        _ = Cache.HashOf("abc");
        Assert.Equal("abc", Assert.Single(calls.Calls).Arguments[0]);
    }
}
