using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Instrumentation.Testing.Recording;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Recording;

/// <summary>What a recorder sees, and whose calls those are.</summary>
public sealed class RecorderTests
{
    private static readonly Service Shop = new(new Gateway());

    // With this, the shop is built before a test begins, and not amid the first one that uses it, where its constructors could be watched.
    static RecorderTests()
    {
    }

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
    public async Task RecordersInOneFlowEachHaveTheirOwnCalls()
    {
        await using CallRecorder outer = await CallRecorder.StartAsync();
        outer.Watch((Service s) => s.CheckoutAsync(default!, default!)).Watch(typeof(Gateway));
        await using (CallRecorder inner = await CallRecorder.StartAsync())
        {
            inner.Watch((IGateway g) => g.PayAsync(default!, default, default)).Watch(() => Cache.Put(default!, default!));
            _ = await Shop.CheckoutAsync(new Order("7", 2));
            Assert.Equal(["Put", "PayAsync"], inner.Calls.Select(static call => call.Method.Name));
            Assert.All(inner.Calls, static call => Assert.Null(call.Parent));
        }

        _ = await Shop.CheckoutAsync(new Order("8", 2));
        Assert.Equal(["CheckoutAsync", "PayAsync", "CheckoutAsync", "PayAsync"], outer.Calls.Select(static call => call.Method.Name));
        Assert.Same(outer.Calls[0], outer.Calls[1].Parent);
        Assert.Same(outer.Calls[2], outer.Calls[3].Parent);
    }

    [Fact]
    public async Task ARecorderOfTheProcessSeesEverything()
    {
        Task<string> other;
        using ManualResetEventSlim go = new();
        using (ExecutionContext.SuppressFlow())
        {
            other = Task.Run(async () =>
            {
                go.Wait(TimeSpan.FromSeconds(60));
                return await Shop.CheckoutAsync(new Order("process", 1));
            });
        }

        await using CallRecorder flow = await CallRecorder.StartAsync();
        flow.Watch((Service s) => s.CheckoutAsync(default!, default!));
        await using CallRecorder process = await CallRecorder.StartAsync(new RecorderOptions { Scope = RecordingScope.Process });
        process.Watch((Service s) => s.CheckoutAsync(default!, default!)).Watch(() => Cache.Put(default!, default!));
        go.Set();
        _ = await other;
        RecordedCall checkout = Assert.Single(process.Calls, static call => call.Arguments[0] is Order { Id: "process" });
        Assert.Same(checkout, Assert.Single(process.Calls, static call => call.Arguments[0] is "order:process").Parent);
        Assert.Empty(flow.Calls);
    }

    [Fact]
    public async Task WorkWithoutTheFlowJoins()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.HashOf(default!));
        using ManualResetEventSlim done = new();
        ThreadPool.UnsafeQueueUserWorkItem(_ =>
        {
            _ = Cache.HashOf("unseen");
            using (calls.Join())
            {
                _ = Cache.HashOf("seen");
            }

            _ = Cache.HashOf("unseen");
            done.Set();
        }, null);
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)));
        Assert.Equal("seen", Assert.Single(calls.Calls).Arguments[0]);
    }

    [Fact]
    public async Task CallsBeyondTheMaximumAreCountedAndADoubt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { MaximumCalls = 2 });
        calls.Watch(() => Cache.HashOf(default!));
        for (int i = 0; i < 5; i++)
        {
            _ = Cache.HashOf("abc");
        }

        Assert.Equal((2, 3L), (calls.Calls.Count, calls.Lost));
        Assert.Contains("3 calls were not kept", Assert.Single(calls.Doubts(null)), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpecException>(static () => CallRecorder.StartAsync(new RecorderOptions { MaximumCalls = 0 }));
    }

    [Fact]
    public async Task AMethodThatCannotBeSeenIsADoubt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Math.Sqrt(0));
        Assert.NotEmpty(calls.Doubts(null));
        await calls.DisposeAsync();
        Assert.NotEmpty(calls.Doubts(null));
        Assert.Throws<ObjectDisposedException>(() => calls.Watch(() => Cache.HashOf(default!)));
    }

    [Fact]
    public async Task ATestThatHasAWatchedMethodInlinedIsToldSoAndCanMendIt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        WatchAndCall(calls);
        Assert.Empty(calls.Calls);
        string doubt = Assert.Single(calls.Doubts(null));
        Assert.Contains(nameof(WatchAndCall), doubt, StringComparison.Ordinal);
        Assert.Contains("await calls.ReadyAsync()", doubt, StringComparison.Ordinal);

        await calls.ReadyAsync();
        Assert.Equal(3, Call());
        Assert.Single(calls.Calls);
        Assert.Empty(calls.Doubts(null));
    }

    // Compiled fully at once, as tests that run often are in the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WatchAndCall(CallRecorder calls)
    {
        calls.Watch(() => Tiny.Half(0));
        _ = Tiny.Half(4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Call() => Tiny.Half(6);

    private static class Tiny
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Half(int number) => number / 2;
    }

    [Fact]
    public async Task WhatIsLoadedLaterIsADoubt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((IGateway g) => g.PayAsync(default!, default, default)).Watch((IUnused u) => u.Act());
        Assert.Empty(calls.Doubts(null));
        PersistedAssemblyBuilder assembly = new(new AssemblyName("Late"), typeof(object).Assembly);
        TypeBuilder late = assembly.DefineDynamicModule("Late").DefineType("LateUser", TypeAttributes.Public, typeof(Used));
        ILGenerator il = late.DefineMethod(nameof(Used.Act), MethodAttributes.Public | MethodAttributes.Virtual, typeof(void), []).GetILGenerator();
        il.Emit(OpCodes.Ret);
        _ = late.CreateType();
        using MemoryStream image = new();
        assembly.Save(image);
        _ = Assembly.Load(image.ToArray());
        Assert.Contains("LateUser::Act() is not seen: it was loaded after", Assert.Single(calls.Doubts(null)), StringComparison.Ordinal);
        Assert.Empty(calls.Doubts(typeof(IGateway).GetMethod(nameof(IGateway.PayAsync))));
    }

    [Fact]
    public async Task WatchingNothingIsRefused()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Assert.Throws<SpecException>(() => calls.Watch((INobody n) => n.Act()));
        Assert.Throws<PlaceNotFoundException>(() => calls.Watch("No.Such::Thing"));
    }

    internal interface INobody
    {
        void Act();
    }

    public interface IUnused
    {
        void Act();
    }

    public class Used : IUnused
    {
        public virtual void Act()
        {
        }
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
