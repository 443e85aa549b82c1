using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Testing.Recording;
using static Instrumentation.Testing.Tests.Shop;

namespace Instrumentation.Testing.Tests.Recording;

/// <summary>Recorders that begin, watch, fail and end at awkward moments.</summary>
[Collection(AloneCollection.Name)]
public sealed class RecorderLifeTests
{
    [Fact]
    public async Task WatchingAndEndingAtTheSameMomentLeavesNothing()
    {
        for (int i = 0; i < 300; i++)
        {
            CallRecorder calls = await CallRecorder.StartAsync();
            using Barrier barrier = new(2);
            Task watching = Task.Run(() =>
            {
                barrier.SignalAndWait();
                try
                {
                    calls.Watch(() => Cache.HashOf(default!));
                }
                catch (ObjectDisposedException)
                {
                    // It came too late.
                }
            });
            barrier.SignalAndWait();
            Thread.SpinWait(i * 10);
            await calls.DisposeAsync();
            await watching;
        }

        await SettledAsync();
        Assert.True(WatchTable.IsIdle);
        Assert.Equal(0, WatchTable.Count);
    }

    [Fact]
    public async Task ManyRecordersComeAndGoWhileTheirMethodsAreSweptAway()
    {
        MethodInfo[] methods = [typeof(Cache).GetMethod(nameof(Cache.HashOf))!, typeof(Clock).GetProperty(nameof(Clock.UtcNow))!.GetMethod!];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 6; i++)
            {
                await Task.Delay((worker * 170) + (i % 3 * 450));
                await using CallRecorder calls = await CallRecorder.StartAsync();
                calls.Watch(methods[(worker + i) % 2]);
                _ = Cache.HashOf("abc");
                _ = Clock.UtcNow;
                Assert.Single(calls.Calls);
            }
        })));
        await SettledAsync();
        Assert.True(WatchTable.IsIdle);
    }

    [Fact]
    public async Task ARecorderEndsAlsoWhereTheFlowIsSuppressed()
    {
        CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Cache.HashOf(default!));
        await SettledAsync(TimeSpan.FromSeconds(1.5));
        ValueTask end;
        using (ExecutionContext.SuppressFlow())
        {
            end = calls.DisposeAsync();
        }

        await end;
        await SettledAsync();
        Assert.True(WatchTable.IsIdle);
    }

    [Fact]
    public async Task ARecorderThatBeginsInsideOfARecordedCallStaysTheCallers()
    {
        await using CallRecorder process = await CallRecorder.StartAsync(new RecorderOptions { Scope = RecordingScope.Process });
        process.Watch(() => Begin());
        process.Watch((RecorderLifeTests t) => t.End(default!));
        CallRecorder calls = Begin();
        calls.Watch(() => Cache.HashOf(default!));
        _ = Cache.HashOf("abc");
        Assert.Null(Assert.Single(calls.Calls).Parent);
        await End(calls);
        Assert.NotEqual(true, RecorderFlow.Current?.Recorders?.Contains(calls));
        Assert.Equal(2, process.Calls.Count);
    }

    [Fact]
    public async Task AStandInThatFailsCastsDoubtOnItsOwnRecorderOnly()
    {
        await using CallRecorder other = await CallRecorder.StartAsync();
        other.Watch(() => Cache.HashOf(default!));
        Task<CallRecorder> elsewhere;
        using (ExecutionContext.SuppressFlow())
        {
            elsewhere = Task.Run(static async () =>
            {
                CallRecorder own = await CallRecorder.StartAsync();
                own.Replace(() => Cache.HashOf(Arg.Any<string>())).Throws<Unmakeable>();
                Assert.Equal(31, Cache.HashOf("a"));
                return own;
            });
        }

        CallRecorder calls = await elsewhere;
        await using (calls)
        {
            MethodInfo method = typeof(Cache).GetMethod(nameof(Cache.HashOf))!;
            Assert.Contains("1 calls of Instrumentation.Testing.Tests.Shop+Cache::HashOf could not be recorded", Assert.Single(calls.Doubts(method)), StringComparison.Ordinal);
            Assert.Empty(other.Doubts(method));
            Assert.Empty(calls.Calls);
        }
    }

    [Fact]
    public async Task AGenericAsyncMethodTakesLonger()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(typeof(RecorderLifeTests).GetMethod(nameof(EchoAsync), BindingFlags.NonPublic | BindingFlags.Static)!).Delays(TimeSpan.FromMilliseconds(60));
        Assert.Equal("a", await EchoAsync("a"));
        Assert.Equal(1, await EchoAsync(1));
        Assert.All(calls.Calls, static call => Assert.True(call.Duration >= TimeSpan.FromMilliseconds(59)));
        Assert.Empty(calls.Doubts(null));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CallRecorder Begin() => CallRecorder.StartAsync().Result;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask End(CallRecorder calls) => calls.DisposeAsync();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<T> EchoAsync<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    private static async Task SettledAsync(TimeSpan? limit = null)
    {
        long deadline = Environment.TickCount64 + (long)(limit ?? TimeSpan.FromSeconds(20)).TotalMilliseconds;
        while (!WatchTable.IsIdle && Environment.TickCount64 < deadline)
        {
            await Task.Delay(20);
        }
    }

    private sealed class Unmakeable : Exception
    {
        public Unmakeable() => throw new InvalidOperationException("not today");
    }
}
