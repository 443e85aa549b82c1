using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>Interceptors of methods that give tasks: one call, which ends when the task does.</summary>
[Collection(nameof(Subject))]
public sealed class InterceptTaskTests
{
    [Fact]
    public async Task TheCallEndsWithItsTask()
    {
        TaskCompletionSource until = new();
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(interceptor));
        Task<string> call = new Subject().LoadAsync("a", until.Task);
        Assert.Empty(interceptor.Ends);
        until.SetResult();
        Assert.Equal("a!", await call);
        Assert.Equal("a!", interceptor.Ends.Single().Result);
        await Assert.ThrowsAsync<KeyNotFoundException>(static () => new Subject().LoadAsync("bad", Task.CompletedTask));
        Assert.IsType<KeyNotFoundException>(interceptor.Ends.Last().Exception);
        Assert.Null(interceptor.Ends.Last().Result);
    }

    [Fact]
    public async Task ValueTasksAreFollowed()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.CountAsync(0)).Intercept(interceptor));
        Assert.Equal(5, await new Subject().CountAsync(5));
        Assert.Equal(5, interceptor.Ends.Single().Result);
    }

    [Fact]
    public async Task AMethodThatGivesATaskCanBeGivenTheResultOrTheFailure()
    {
        Subject subject = new();
        Interceptor load = new() { Entry = static call => call.Return("other") };
        Interceptor count = new() { Entry = static call => call.Throw(new TimeoutException()) };
        Interceptor store = new() { Entry = static call => call.Return(null) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(load));
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.CountAsync(0)).Intercept(count));
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.StoreAsync()).Intercept(store));
        Assert.Equal("other", await subject.LoadAsync("a", Task.CompletedTask));
        ValueTask<int> failed = subject.CountAsync(1);
        Assert.True(failed.IsFaulted);
        await Assert.ThrowsAsync<TimeoutException>(async () => await failed);
        await subject.StoreAsync();
        Assert.Equal(0, subject.Runs);
        Assert.Equal("other", load.Ends.Single().Result);
        Assert.IsType<TimeoutException>(count.Ends.Single().Exception);
    }

    [Fact]
    public async Task ATaskIsExchangedAtTheReturn()
    {
        Interceptor interceptor = new()
        {
            Return = static call => call.Return(Late((Task<string>)call.Result!)),
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(interceptor));
        Assert.Equal("a!!", await new Subject().LoadAsync("a", Task.CompletedTask));

        static async Task<string> Late(Task<string> task)
        {
            await Task.Yield();
            return await task + "!";
        }
    }

    [Fact]
    public async Task TheTaskItselfIsGivenAlsoWhenTheInterceptorThrowsAtItsEnd()
    {
        Interceptor interceptor = new() { Entry = static call => call.Return(call.ResultType == typeof(ValueTask<int>) ? 4 : "other"), End = static _ => throw new InvalidOperationException("mine") };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle load = await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(interceptor));
        await using ProbeHandle count = await Watch.AttachAsync(session, Probe.Method((Subject s) => s.CountAsync(0)).Intercept(interceptor));
        Assert.Equal("other", await new Subject().LoadAsync("a", Task.CompletedTask));
        Assert.Equal(4, await new Subject().CountAsync(1));
        Assert.Equal((1L, 1L), (load.Statistics.Faults, count.Statistics.Faults));
    }

    [Fact]
    public async Task TheTaskItselfIsGivenHoweverSoonItEnds()
    {
        Interceptor interceptor = new()
        {
            Return = static call =>
            {
                TaskCompletionSource<string> source = new();
                call.Return(source.Task);
                ThreadPool.UnsafeQueueUserWorkItem(static source => ((TaskCompletionSource<string>)source!).SetResult("late"), source);
            },
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(interceptor));
        Subject subject = new();
        for (int i = 0; i < 20_000; i++)
        {
            Task given = subject.LoadAsync("a", Task.CompletedTask);
            Assert.True(given is Task<string>);
            Assert.Equal("late", await (Task<string>)given);
        }

        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task ACancelledTaskIsSeenAsOne()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method((Subject s) => s.LoadAsync(default!, default!)).Intercept(interceptor));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(static () => new Subject().LoadAsync("a", Task.FromCanceled(new CancellationToken(canceled: true))));
        Assert.IsType<TaskCanceledException>(interceptor.Ends.Single().Exception);
    }
}
