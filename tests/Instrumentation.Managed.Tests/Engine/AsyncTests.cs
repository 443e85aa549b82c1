using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>A method that returns a task is one call, which ends when the task does.</summary>
public sealed class AsyncTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    [Fact]
    public Task Task_Suspended_IsOneCallUntilTheTaskEnds() =>
        EndsWithItsTask(Probe.Method(() => Asynchrony.Plain(default!)), static gate => Asynchrony.Plain(gate));

    [Fact]
    public Task TaskOfT_Suspended_IsOneCallUntilTheTaskEnds() =>
        EndsWithItsTask(Probe.Method(() => Asynchrony.Doubled(default!, 0)), static async gate => Assert.Equal(42, await Asynchrony.Doubled(gate, 21)));

    [Fact]
    public Task ValueTask_Suspended_IsOneCallUntilTheTaskEnds() =>
        EndsWithItsTask(Probe.Method(() => Asynchrony.PlainValue(default!)), static async gate => await Asynchrony.PlainValue(gate));

    [Fact]
    public Task ValueTaskOfT_Suspended_IsOneCallUntilTheTaskEnds() =>
        EndsWithItsTask(Probe.Method(() => Asynchrony.TextValue(default!, default!)), static async gate => Assert.Equal("a!", await Asynchrony.TextValue(gate, "a")));

    [Fact]
    public Task AsyncMethodOfGenericType_Suspended_IsOneCallUntilTheTaskEnds() =>
        EndsWithItsTask(Probe.Method(typeof(AsyncShelf<>), "Swap"), static async gate => Assert.Equal("old", await new AsyncShelf<string>("old").Swap(gate, "new")));

    [Fact]
    public async Task Task_CompletedSynchronously_IsOneCallThatWasNotSuspended()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(typeof(Synchronous), nameof(Synchronous.Run)),
            static async () =>
            {
                await Synchronous.Run();
                await Synchronous.Run();
            });

        Assert.Equal(2, events.Count);
        Assert.All(events, static one =>
        {
            Assert.False(one.Suspended);
            Assert.False(one.Failed);
            Assert.Equal(0, one.CallId);
            Assert.Equal(Environment.CurrentManagedThreadId > 0, one.ThreadId > 0);
        });
    }

    [Fact]
    public async Task ValueTaskOfT_CompletedSynchronously_IsOneCallThatWasNotSuspended()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(() => Synchronous.Value(0)),
            static async () => Assert.Equal(8, await Synchronous.Value(7)));

        ProbeEvent only = Assert.Single(events);
        Assert.False(only.Suspended);
        Assert.False(only.Failed);
    }

    [Fact]
    public async Task Task_FailsBeforeFirstAwait_IsOneFailedCallThatWasNotSuspended()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Asynchrony.FailsFirst(0)), static async () =>
        {
            Task<int> failing = Asynchrony.FailsFirst(-1);
            Assert.True(failing.IsFaulted);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => failing);
        });

        ProbeEvent only = Assert.Single(events);
        Assert.True(only.Failed);
        Assert.False(only.Suspended);
        Assert.False(only.Cancelled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Task_FailsAfterAwait_IsOneFailedSuspendedCall(bool valueTask)
    {
        ProbeSpec spec = valueTask ? Probe.Method(() => Asynchrony.FailsLaterValue(default!, 0)) : Probe.Method(() => Asynchrony.FailsLater(default!, 0));
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(spec, async () =>
        {
            TaskCompletionSource gate = new();
            Task<int> failing = valueTask ? Asynchrony.FailsLaterValue(gate.Task, 3).AsTask() : Asynchrony.FailsLater(gate.Task, 3);
            Assert.False(failing.IsCompleted);
            gate.SetResult();
            InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
            Assert.Equal(valueTask ? "later value 3" : "later 3", error.Message);
        });

        ProbeEvent only = Assert.Single(events);
        Assert.Equal(ProbeEdge.Call, only.Edge);
        Assert.True(only.Failed);
        Assert.True(only.Suspended);
        Assert.False(only.Cancelled);
        Assert.NotEqual(0, only.CallId);
    }

    [Fact]
    public async Task Task_Cancelled_IsOneCancelledCall()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Asynchrony.Cancellable(default)), static async () =>
        {
            using CancellationTokenSource stop = new();
            Task<int> waiting = Asynchrony.Cancellable(stop.Token);
            Assert.False(waiting.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.True(waiting.IsCanceled);
        });

        ProbeEvent only = Assert.Single(events);
        Assert.True(only.Cancelled);
        Assert.True(only.Suspended);
    }

    [Fact]
    public async Task OnReturn_OfTasks_ReportsOnlyThoseThatSucceed()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Mixed), nameof(Mixed.Run)).OnReturn(), Mixed.RunAllAsync);

        Assert.Equal(2, events.Count);
        Assert.All(events, static one => Assert.Equal((ProbeEdge.Return, false, false), (one.Edge, one.Failed, one.Cancelled)));
    }

    [Fact]
    public async Task OnThrow_OfTasks_ReportsFailuresAndCancellations()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Mixed), nameof(Mixed.Run)).OnThrow(), Mixed.RunAllAsync);

        Assert.Equal(3, events.Count);
        Assert.All(events, static one => Assert.Equal(ProbeEdge.Throw, one.Edge));
        Assert.Equal(2, events.Count(static one => one.Failed && !one.Cancelled));
        Assert.Equal(1, events.Count(static one => one.Cancelled));
    }

    [Fact]
    public async Task OnReturnOrThrow_OfTasks_ReportsEachCallOnce()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Mixed), nameof(Mixed.Run)).OnReturn().OrThrow(), Mixed.RunAllAsync);

        Assert.Equal(2, events.Count(static one => one.Edge == ProbeEdge.Return));
        Assert.Equal(3, events.Count(static one => one.Edge == ProbeEdge.Throw));
        Assert.Equal(5, events.Count);
    }

    [Fact]
    public async Task HandingOnTheTaskOfAnother_EndsWhenThatTaskEnds()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Asynchrony.HandsOn(default!, 0)), static async () =>
        {
            TaskCompletionSource<int> inner = new();
            Task<int> handed = Asynchrony.HandsOn(inner.Task, 0);
            Assert.Same(inner.Task, handed);
            await Task.Delay(Pause);
            inner.SetResult(5);
            Assert.Equal(5, await handed);
            Assert.Throws<ArgumentException>(() => { _ = Asynchrony.HandsOn(inner.Task, -1); });
        });

        Assert.Equal(2, events.Count);
        Assert.True(events[0].Suspended);
        Assert.False(events[0].Failed);
        Assert.InRange(events[0].Duration, Pause * 0.9, Watch.Limit);
        Assert.False(events[1].Suspended);
        Assert.True(events[1].Failed);
    }

    [Fact]
    public async Task ReturningNoTaskAtAll_IsACallThatReturned()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => Asynchrony.NoTask()), static () => Assert.Null(Asynchrony.NoTask()));

        ProbeEvent only = Assert.Single(events);
        Assert.False(only.Suspended);
        Assert.False(only.Failed);
    }

    [Fact]
    public async Task FailedTaskThatNobodyAwaits_StillRaisesUnobservedTaskException()
    {
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, args) =>
        {
            if (args.Exception.InnerException is InvalidOperationException { Message: "later 77" } error)
            {
                seen.TrySetResult(error.Message);
            }
        };
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Unobserved), nameof(Unobserved.Run)).OnThrow(), static async () =>
            {
                Unobserved.Start();
                await Task.Delay(20);
            });
            Assert.Single(events);
            await Watch.ReachedAsync(
                () =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    return seen.Task.IsCompleted;
                },
                "the unobserved exception is raised");
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }
    }

    [Fact]
    public async Task CallUnderWayAtAttach_IsNotReported_AndCallUnderWayAtDetachNeither()
    {
        TaskCompletionSource before = new();
        TaskCompletionSource after = new();
        Task early = UnderWay.Run(before.Task);
        Task late = Task.CompletedTask;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(UnderWay), nameof(UnderWay.Run)), async () =>
        {
            before.SetResult();
            await early;
            late = UnderWay.Run(after.Task);
        });
        after.SetResult();
        await late;

        Assert.Empty(events);
    }

    [Fact]
    public async Task TaskCompletedUnderASynchronizationContext_EndsOnTheThreadThatCompletesIt()
    {
        int completing = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(UnderContext), nameof(UnderContext.Run)), () => Watch.OnThread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new UnderContext());
            TaskCompletionSource gate = new();
            Task running = UnderContext.Run(gate.Task);
            completing = UnderContext.NativeThreadId();
            gate.SetResult();
            Thread.Sleep(50);
        }));

        ProbeEvent only = Assert.Single(events);
        Assert.True(only.Suspended);
        Assert.Equal(completing, only.ThreadId);
        Assert.InRange(only.Duration, TimeSpan.Zero, TimeSpan.FromMilliseconds(40));
    }

    private static async Task EndsWithItsTask(ProbeSpec spec, Func<Task, Task> call)
    {
        int callers = 0;
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(spec, async () =>
        {
            TaskCompletionSource gate = new();
            Task running = call(gate.Task);
            await Task.Delay(Pause);
            Assert.False(running.IsCompleted);
            gate.SetResult();
            await running;
            callers++;
        });

        ProbeEvent only = Assert.Single(events);
        Assert.Equal(1, callers);
        Assert.Equal(ProbeEdge.Call, only.Edge);
        Assert.True(only.Suspended);
        Assert.False(only.Failed);
        Assert.False(only.Cancelled);
        Assert.NotEqual(0, only.CallId);
        Assert.InRange(only.Duration, Pause * 0.9, Watch.Limit);
    }

    private static class Synchronous
    {
        public static async Task Run() => await Task.CompletedTask;

        public static async ValueTask<int> Value(int value)
        {
            await Task.CompletedTask;
            return value + 1;
        }
    }

    private static class UnderWay
    {
        public static async Task Run(Task gate) => await gate;
    }

    /// <summary>As user interfaces and test frameworks have one.</summary>
    private sealed class UnderContext : SynchronizationContext
    {
        public static Task Run(Task gate) => gate;

        public static int NativeThreadId() => Events.ThreadStates.ThreadIdSource();
    }

    private static class Unobserved
    {
        public static async Task<int> Run()
        {
            await Task.Yield();
            throw new InvalidOperationException("later 77");
        }

        public static void Start() => _ = Run();
    }

    private static class Mixed
    {
        public static async Task<int> Run(int kind, bool wait)
        {
            if (wait)
            {
                await Task.Yield();
            }

            return kind switch
            {
                0 => 1,
                1 => throw new FormatException(),
                _ => throw new OperationCanceledException(),
            };
        }

        public static async Task RunAllAsync()
        {
            Assert.Equal(1, await Run(0, wait: false));
            Assert.Equal(1, await Run(0, wait: true));
            await Assert.ThrowsAsync<FormatException>(() => Run(1, wait: false));
            await Assert.ThrowsAsync<FormatException>(() => Run(1, wait: true));
            await Assert.ThrowsAsync<OperationCanceledException>(() => Run(2, wait: true));
        }
    }
}
