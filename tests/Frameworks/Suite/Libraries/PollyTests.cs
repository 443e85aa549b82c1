using System.Reflection;
using Polly;
using Polly.CircuitBreaker;
using Polly.Fallback;
using Polly.Hedging;
using Polly.Retry;
using Polly.Simmy;
using Polly.Telemetry;
using Polly.Timeout;
using DelayBackoffType = Polly.DelayBackoffType;

namespace Instrumentation.Frameworks.Libraries;

/// <summary>What Polly does inside.</summary>
[TestClass]
public sealed class PollyTests
{
    private readonly Case _case = Case.Current;
    private readonly Service _service = new();

    [Test]
    public async Task ADelayIsAskedForAfterEachFailure()
    {
        MethodInfo delay = Internals.Polly("Retry.RetryHelper", "GetRetryDelay");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(delay);
        await Retry(TimeSpan.Zero).ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 2));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(delay).Times(2),
            () => calls.Should().HaveCalled(delay).Times(3));
    }

    [Test]
    public async Task TheDelayDoublesAndIsNotWaitedForInATest()
    {
        MethodInfo wait = Internals.Polly("Utils.TimeProviderExtensions", "DelayAsync");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Replace(wait).Skip();
        await Retry(TimeSpan.FromHours(1)).ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 2));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(wait, () => new object?[] { Arg.Any<TimeProvider>(), TimeSpan.FromHours(2), Arg.Any<ResilienceContext>() }).Once(),
            () => calls.Should().HaveCalled(wait, () => new object?[] { Arg.Any<TimeProvider>(), TimeSpan.FromHours(3), Arg.Any<ResilienceContext>() }).Once());
    }

    [Test]
    public async Task TheServiceIsCalledUntilItAnswers()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((Service s) => s.CallAsync(default!, default));
        await Retry(TimeSpan.Zero).ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 2));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((Service s) => s.CallAsync(_case.Text, 2)).Throwing<TimeoutException>(message => message == _case.Text).Twice(),
            () => calls.Should().HaveCalled((Service s) => s.CallAsync(_case.Text, 2)).Throwing<TimeoutException>().Times(3));
    }

    [Test]
    public async Task WhatIsNotHandledIsNotRetried()
    {
        MethodInfo delay = Internals.Polly("Retry.RetryHelper", "GetRetryDelay");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(delay).Watch((Service s) => s.CallAsync(default!, default));
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { ShouldHandle = new PredicateBuilder().Handle<IOException>() }).Build();
        await RefusedAsync<TimeoutException>(pipeline);
        _case.Check(
            calls,
            () => calls.Should().NeverHaveCalled(delay),
            () => calls.Should().NeverHaveCalled((Service s) => s.CallAsync(_case.Text, Arg.Any<int>())));
    }

    [Test]
    public async Task ARetryIsReported()
    {
        MethodInfo report = Internals.Polly("Telemetry.ResilienceStrategyTelemetry", "Report", 2);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(report);
        await Retry(TimeSpan.Zero).ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 2));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(report, () => new object?[] { Arg.Is<ResilienceEvent>(e => e.EventName == "OnRetry"), Arg.Any<object>() }).Twice(),
            () => calls.Should().HaveCalled(report, () => new object?[] { Arg.Is<ResilienceEvent>(e => e.EventName == "OnTimeout"), Arg.Any<object>() }).Twice());
    }

    [Test]
    public async Task TheCircuitOpensAtTheSecondFailure()
    {
        MethodInfo open = Internals.Polly("CircuitBreaker.CircuitStateController`1", "OpenCircuitFor_NeedsLock");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(open);
        ResiliencePipeline breaker = Breaker();
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<BrokenCircuitException>(breaker);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(open).Once(),
            () => calls.Should().HaveCalled(open).Twice());
    }

    [Test]
    public async Task AnOpenCircuitDoesNotCall()
    {
        MethodInfo refuse = Internals.Polly("CircuitBreaker.CircuitStateController`1", "CreateBrokenCircuitException");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(refuse).Watch((Service s) => s.CallAsync(default!, default));
        ResiliencePipeline breaker = Breaker();
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<BrokenCircuitException>(breaker);
        await RefusedAsync<BrokenCircuitException>(breaker);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled((Service s) => s.CallAsync(_case.Text, Arg.Any<int>())).Twice(),
            () => calls.Should().HaveCalled((Service s) => s.CallAsync(_case.Text, Arg.Any<int>())).Times(4));
    }

    [Test]
    public async Task ACircuitIsTriedAgainWhenItsTimeHasPassed()
    {
        MethodInfo permit = Internals.Polly("CircuitBreaker.CircuitStateController`1", "PermitHalfOpenCircuitTest_NeedsLock");
        DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(permit).Replace((TimeProvider t) => t.GetUtcNow()).With(() => now);
        ResiliencePipeline breaker = Breaker();
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<TimeoutException>(breaker);
        await RefusedAsync<BrokenCircuitException>(breaker);
        now += TimeSpan.FromHours(1);
        await breaker.ExecuteAsync(static _ => default);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(permit).Returning(true).Once(),
            () => calls.Should().HaveCalled(permit).Returning(true).Twice());
    }

    [Test]
    public async Task ATimeoutCancelsTheCall()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Service.WaitAsync(default!, default));
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromMilliseconds(10)).Build();
        await RefusedAsync<TimeoutRejectedException>(pipeline, async token => await Service.WaitAsync(_case.Text, token));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(() => Service.WaitAsync(_case.Text, Arg.Any<CancellationToken>())).Throwing<OperationCanceledException>().Once(),
            () => calls.Should().HaveCalled(() => Service.WaitAsync(_case.Text, Arg.Any<CancellationToken>())).Throwing<TimeoutException>().Once());
    }

    [Test]
    public async Task ATimeoutTakesItsClockFromThePool()
    {
        MethodInfo get = Internals.Polly("Utils.CancellationTokenSourcePool", "Get");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(get);
        TimeSpan timeout = TimeSpan.FromMinutes(1 + (_case.Number % 1000));
        await new ResiliencePipelineBuilder().AddTimeout(timeout).Build().ExecuteAsync(static async _ => await Task.Yield());
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(get, timeout).Once(),
            () => calls.Should().HaveCalled(get, timeout + TimeSpan.FromMinutes(1)).Once());
    }

    [Test]
    public async Task AFallbackStandsInForAFailure()
    {
        MethodInfo execute = Internals.Polly("Fallback.FallbackResilienceStrategy`1", "ExecuteCore");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(execute);
        FallbackStrategyOptions<string> options = new() { FallbackAction = _ => Outcome.FromResultAsValueTask($"instead of {_case.Text}") };
        await new ResiliencePipelineBuilder<string>().AddFallback(options).Build().ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 1));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(execute).Returning<Outcome<string>>(outcome => outcome.Result == $"instead of {_case.Text}").Once(),
            () => calls.Should().HaveCalled(execute).Returning<Outcome<string>>(outcome => outcome.Result == _case.Text).Once());
    }

    [Test]
    public async Task HedgingTriesUntilOneSucceeds()
    {
        MethodInfo attempt = Internals.Polly("Hedging.Controller.TaskExecution`1", "InitializeAsync");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(attempt);
        HedgingStrategyOptions<string> options = new() { MaxHedgedAttempts = 5, Delay = TimeSpan.FromHours(1) };
        await new ResiliencePipelineBuilder<string>().AddHedging(options).Build().ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 2));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(attempt).Times(3),
            () => calls.Should().HaveCalled(attempt).Times(6));
    }

    [Test]
    public async Task ChaosIsInjectedAtItsRate()
    {
        MethodInfo inject = Internals.Polly("Simmy.ChaosStrategy", "ShouldInjectAsync");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(inject);
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder().AddChaosFault(1, () => new IOException(_case.Text)).Build();
        await RefusedAsync<IOException>(pipeline);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(inject).Returning(true).Once(),
            () => calls.Should().HaveCalled(inject).Returning(false).Once());
    }

    [Test]
    public async Task AContextIsTakenBeforeTheCallAndGivenBackAfterIt()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((ResilienceContextPool p) => p.Get(default(ResilienceContextCreationArguments)))
            .Watch((ResilienceContextPool p) => p.Return(default!))
            .Watch((Service s) => s.CallAsync(default!, default));
        await Retry(TimeSpan.Zero).ExecuteAsync(async _ => await _service.CallAsync(_case.Text, 0));
        _case.Check(
            calls,
            () => calls.Should().HaveCalledInOrder(
                (ResilienceContextPool p) => p.Get(Arg.Any<ResilienceContextCreationArguments>()),
                (Service s) => s.CallAsync(_case.Text, 0),
                (ResilienceContextPool p) => p.Return(Arg.Any<ResilienceContext>())),
            () => calls.Should().HaveCalledInOrder(
                (ResilienceContextPool p) => p.Return(Arg.Any<ResilienceContext>()),
                (Service s) => s.CallAsync(_case.Text, 0)));
    }

    private static ResiliencePipeline Retry(TimeSpan delay) => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 3, Delay = delay, BackoffType = DelayBackoffType.Exponential }).Build();

    private static ResiliencePipeline Breaker() => new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions { FailureRatio = 0.5, MinimumThroughput = 2, BreakDuration = TimeSpan.FromMinutes(1) }).Build();

    private Task RefusedAsync<TException>(ResiliencePipeline pipeline)
        where TException : Exception => RefusedAsync<TException>(pipeline, async _ => await _service.CallAsync(_case.Text, int.MaxValue));

    private static async Task RefusedAsync<TException>(ResiliencePipeline pipeline, Func<CancellationToken, ValueTask> callback)
        where TException : Exception
    {
        try
        {
            await pipeline.ExecuteAsync(callback);
        }
        catch (TException)
        {
            return;
        }

        throw new InvalidOperationException($"No {typeof(TException).Name} came.");
    }
}
