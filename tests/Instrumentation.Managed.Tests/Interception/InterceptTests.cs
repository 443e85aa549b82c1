using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>What interceptors see, and what they can let happen.</summary>
[Collection(nameof(Subject))]
public sealed class InterceptTests
{
    [Fact]
    public async Task AnInterceptorSeesArgumentsAndResultAsObjects()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Subject.Double(default, default, default, default)).Intercept(interceptor));
        await Watch.AttachAsync(session, Probe.Method(typeof(Subject), nameof(Subject.Join)).Intercept(interceptor));

        Assert.Equal(Subject.Kind.Small, Subject.Double(Subject.Kind.Small, new DateTime(2020, 1, 2), 1.5m, new Subject.Point(3, 4)));
        int counter = 6;
        Assert.Equal("ab", Subject.Join("a", "b", stackalloc[] { 1, 2 }, ref counter, out long length));
        Assert.Equal((7, 4L), (counter, length));

        InterceptedCall[] calls = [.. interceptor.Entered];
        Assert.Equal([Subject.Kind.Small, new DateTime(2020, 1, 2), 1.5m, new Subject.Point(3, 4)], calls[0].Arguments);
        Assert.Equal("a", calls[1].Arguments[0]);
        Assert.Equal("b", calls[1].Arguments[1]);
        Assert.Equal(new[] { 1, 2 }, calls[1].Arguments[2]);
        Assert.Equal(6, calls[1].Arguments[3]);
        Assert.Equal([Subject.Kind.Small, "ab"], interceptor.Ends.Select(static end => end.Result));
        Assert.Equal("Double", calls[0].Method.Name);
        Assert.Null(calls[0].Instance);
        Assert.True(calls[0].Ended >= calls[0].Started);
        Assert.Contains(nameof(AnInterceptorSeesArgumentsAndResultAsObjects), calls[0].Caller.ToString(), StringComparison.Ordinal);
        Assert.Equal((1L, 0L), (handle.Statistics.Hits, handle.Statistics.Faults));
    }

    [Fact]
    public async Task ACallGivesSomethingElseAndItsCodeDoesNotRun()
    {
        Subject subject = new();
        Interceptor sum = new() { Entry = static call => call.Return(42) };
        Interceptor run = new() { Entry = static call => call.Return(null) };
        await using (InstrumentationSession session = await Watch.StartAsync())
        {
            await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(sum));
            await Watch.AttachAsync(session, Probe.Method((Subject s) => s.Run()).Intercept(run));
            Assert.Equal(42, Subject.Add(1, 2));
            subject.Run();
            Assert.Equal(0, subject.Runs);
            Assert.Same(subject, run.Entered.Single().Instance);
            Assert.Equal(42, sum.Ends.Single().Result);
            Assert.True(sum.Ends.Single().Call.IsReplaced);
        }

        Assert.Equal(3, Subject.Add(1, 2));
        subject.Run();
        Assert.Equal(1, subject.Runs);
    }

    [Fact]
    public async Task AResultIsExchangedWhenTheMethodReturns()
    {
        Interceptor interceptor = new() { Return = static call => call.Return((int)call.Result! * 10) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Equal(50, Subject.Add(2, 3));
    }

    [Fact]
    public async Task OtherProbesSeeTheCallAsItsCallersDo()
    {
        Interceptor interceptor = new() { Entry = static call => call.Return(42) };
        await using InstrumentationSession session = await Watch.StartAsync();
        var before = await session.AttachAsync(Probe.Method(() => Subject.Add(0, 0)).Capture(c => new { A = c.Arg<int>("a"), Result = c.Return<int>() }));
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        var after = await session.AttachAsync(Probe.Method(() => Subject.Add(0, 0)).Capture(c => new { A = c.Arg<int>("a"), Result = c.Return<int>() }));
        _ = Subject.Add(1, 2);
        await session.DisposeAsync();
        Assert.Equal((1, 42), await One(before));
        Assert.Equal((1, 42), await One(after));

        async Task<(int A, int Result)> One<T>(ProbeHandle<T> handle)
        {
            List<(int, int)> seen = [];
            await foreach (ProbeEvent<T> e in handle.Events)
            {
                seen.Add(((int)Convert.ToInt32(e.Event.Fields["A"], null), (int)Convert.ToInt32(e.Event.Fields["Result"], null)));
            }

            return Assert.Single(seen);
        }
    }

    [Fact]
    public async Task WhatIsThrownLeavesTheMethodAndObserversSeeIt()
    {
        Interceptor interceptor = new() { Entry = static call => call.Throw(new TimeoutException("late")) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)));
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Equal("late", Assert.Throws<TimeoutException>(static () => Subject.Add(1, 2)).Message);
        Assert.True(Assert.Single(await Watch.EndAsync(session)).Failed);
        Assert.IsType<TimeoutException>(interceptor.Ends.Single().Exception);
    }

    [Fact]
    public async Task AnExceptionOfTheMethodIsSeen()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Fail(default!)).Intercept(interceptor));
        Assert.Throws<InvalidOperationException>(static () => Subject.Fail("no"));
        Assert.Equal("no", interceptor.Ends.Single().Exception!.Message);
    }

    [Fact]
    public async Task CodeRunsInPlaceOfTheMethodWhereProbesSeeWhatItDoes()
    {
        Interceptor interceptor = new() { Entry = static call => call.Run(static inner => Subject.Add((int)inner.Arguments[0]!, 1)) };
        await using InstrumentationSession session = await Watch.StartAsync();
        var adds = await Watch.CountAsync(session, Probe.Method(() => Subject.Add(0, 0)));
        await Watch.AttachAsync(session, Probe.Method(typeof(Subject), nameof(Subject.Same)).Intercept(interceptor));
        Assert.Equal(8, Subject.Same(7));
        Assert.Equal(1, adds.Read().Total);
    }

    [Fact]
    public async Task WhatTheCodeInPlaceThrowsLeavesTheMethod()
    {
        Interceptor interceptor = new() { Entry = static call => call.Run(static _ => throw new TimeoutException()) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Throws<TimeoutException>(static () => Subject.Add(1, 2));
    }

    [Fact]
    public async Task GenericsGetValuesOfTheirExactType()
    {
        Interceptor interceptor = new()
        {
            Entry = static call => call.Return(call.Arguments[0] switch
            {
                int number => number + 1,
                string text => text + "?",
                Guid => Guid.Empty,
                KeyValuePair<string, int> pair => new KeyValuePair<string, int>(pair.Key + "!", 2),
                var other => other,
            }),
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(Subject), nameof(Subject.Same)).Intercept(interceptor));
        Assert.Equal(2, Subject.Same(1));
        Assert.Equal("a?", Subject.Same("a"));
        Assert.Equal(Guid.Empty, Subject.Same(Guid.NewGuid()));
        Assert.Equal(new KeyValuePair<string, int>("k!", 2), Subject.Same(new KeyValuePair<string, int>("k", 1)));
        Assert.Null(Subject.Same<object?>(null));
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task AValueOfAnotherTypeIsRefusedAndTheCallGoesOn()
    {
        Exception? refused = null;
        Interceptor interceptor = new()
        {
            Entry = call => refused = Record.Exception(() => call.Return("text")),
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        await Watch.AttachAsync(session, Probe.Method(typeof(Subject), nameof(Subject.First)).Intercept(new Interceptor { Entry = call => refused ??= Record.Exception(() => call.Return(1)) }));
        Assert.Equal(3, Subject.Add(1, 2));
        Assert.Equal("It gives int.", Assert.IsType<SpecException>(refused).Why, ignoreCase: true);
        refused = null;
        Assert.Equal(5, Subject.First([5]));
        Assert.IsType<SpecException>(refused);
    }

    [Fact]
    public async Task WhatAnInterceptorThrowsIsCountedAndNotPassedOn()
    {
        Interceptor interceptor = new() { Entry = static _ => throw new InvalidOperationException("mine"), Return = static _ => throw new InvalidOperationException("mine") };
        Interceptor late = new() { Return = static _ => throw new InvalidOperationException("mine") };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle first = await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        await using ProbeHandle second = await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(late));
        Assert.Equal(3, Subject.Add(1, 2));
        Assert.Equal((1L, 1L), (first.Statistics.Faults, second.Statistics.Faults));
    }

    [Fact]
    public async Task OnlyWantedCallsAreIntercepted()
    {
        bool wanted = false;
        Interceptor interceptor = new() { Wanted = () => wanted, Entry = static call => call.Return(0) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).When(c => c.Arg<int>("a") > 5).Intercept(interceptor));
        Assert.Equal(8, Subject.Add(6, 2));
        wanted = true;
        Assert.Equal(0, Subject.Add(6, 2));
        Assert.Equal(7, Subject.Add(5, 2));
        Assert.Single(interceptor.Entered);
    }

    [Fact]
    public async Task TheConditionAndLimitsOfAnInterceptorChangeInPlace()
    {
        Interceptor interceptor = new() { Entry = static call => call.Return(0) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).When(c => c.Arg<int>("a") == 1).Intercept(interceptor));
        Assert.Equal((0, 4), (Subject.Add(1, 2), Subject.Add(2, 2)));
        await handle.UpdateAsync(static spec => spec.Always().When(c => c.Arg<int>("a") == 2).Sample(2));
        Assert.Equal((3, 0, 4, 0), (Subject.Add(1, 2), Subject.Add(2, 2), Subject.Add(2, 2), Subject.Add(2, 2)));
        await Assert.ThrowsAsync<SpecException>(() => handle.UpdateAsync(spec => spec.Intercept(new Interceptor())));
    }

    [Fact]
    public async Task TheFirstOfSeveralIsOutermost()
    {
        List<string> order = [];
        Interceptor outer = new() { Entry = call => { order.Add("outer"); if ((int)call.Arguments[0]! == 0) { call.Return(-1); } }, Return = call => order.Add($"outer {call.Result}") };
        Interceptor inner = new() { Entry = call => { order.Add("inner"); call.Return(7); }, Return = call => order.Add($"inner {call.Result}") };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(outer));
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(inner));
        Assert.Equal(7, Subject.Add(1, 1));
        Assert.Equal(-1, Subject.Add(0, 1));
        Assert.Equal(["outer", "inner", "inner 7", "outer 7", "outer", "outer -1"], order);
    }

    [Fact]
    public async Task StructsAndConstructorsAreIntercepted()
    {
        Interceptor sum = new();
        Interceptor built = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(typeof(Subject.Point), nameof(Subject.Point.Sum)).Intercept(sum));
        await Watch.AttachAsync(session, Probe.Method(() => new Subject()).Intercept(built));
        Assert.Equal(3, new Subject.Point(1, 2).Sum());
        Assert.Equal(new Subject.Point(1, 2), sum.Entered.Single().Instance);
        Assert.Same(new Subject(), built.Ends.Single().Call.Instance);
    }

    [Fact]
    public async Task ACallUnderWayAtTheDetachEndsAsItWould()
    {
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim go = new();
        Interceptor interceptor = new() { Entry = call => call.Run(_ => { inside.Set(); go.Wait(TimeSpan.FromSeconds(30)); return 9; }) };
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Task<int> call = Task.Run(static () => Subject.Add(1, 1));
        Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));
        await handle.DisposeAsync();
        go.Set();
        Assert.Equal(9, await call);
        Assert.Equal(2, Subject.Add(1, 1));
    }

    [Fact]
    public async Task SpecsThatMeanNothingAreRefused()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor);
        await Assert.ThrowsAsync<SpecException>(async () => await session.AttachAsync(spec.OnEntry()));
        await Assert.ThrowsAsync<SpecException>(async () => await session.AttachAsync(spec.Count()));
        await Assert.ThrowsAsync<SpecException>(async () => await session.AttachAsync(spec.EachResumption()));
        await Assert.ThrowsAsync<SpecException>(async () => await session.AttachAsync(Probe.LockContention().Intercept(interceptor)));
        await Assert.ThrowsAsync<ExpressionException>(async () => await session.AttachAsync(spec.When(c => c.Return<int>() > 0)));
        Assert.Contains("code is no data", Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Write(spec)).Message, StringComparison.Ordinal);
        Assert.Equal(3, Subject.Add(1, 2));
    }

    [Fact]
    public async Task ManyThreadsAndAttachesNeverMixCalls()
    {
        int wrong = 0;
        Interceptor interceptor = new() { Entry = static call => { if ((int)call.Arguments[0]! % 3 == 0) { call.Return(-(int)call.Arguments[1]!); } } };
        using CancellationTokenSource stop = new();
        Task[] load = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 1; !stop.IsCancellationRequested; i++)
            {
                int result = Subject.Add(i, i + 1);
                if (result != i + i + 1 && !(i % 3 == 0 && result == -(i + 1)))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        await using InstrumentationSession session = await Watch.StartAsync();
        for (int i = 0; i < 30; i++)
        {
            await using ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
            await Task.Delay(5);
            interceptor.Entered.Clear();
            interceptor.Ends.Clear();
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task CallsThatAreNotWantedAllocateNothing()
    {
        Interceptor interceptor = new() { Wanted = static () => false };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Subject.Double(default, default, default, default)).Intercept(interceptor));
        long before = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (i == 10_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            _ = Subject.Double(Subject.Kind.Small, default, 1, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(20_000, handle.Statistics.Hits);
    }

    [Fact]
    public async Task DeepRecursionAndExceptionsKeepTheirCallsApart()
    {
        int wrong = 0;
        Interceptor interceptor = new()
        {
            Entry = static call => call.State = call.Arguments[0],
            Return = call =>
            {
                int depth = (int)call.State!;
                if (call.Exception is null ? (int)call.Result! != depth : depth < 0)
                {
                    Interlocked.Increment(ref wrong);
                }
            },
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Down(0, 0)).Intercept(interceptor));
        Assert.Equal(2_000, Down(2_000, -1));
        for (int i = 0; i < 50; i++)
        {
            int at = i;
            Assert.Throws<InvalidOperationException>(() => Down(50, at));
            Assert.Equal(10, Down(10, -1));
        }

        Assert.Equal(0, wrong);
        Assert.Equal(interceptor.Entered.Count, interceptor.Ends.Count);
    }

    private static int Down(int depth, int fails) => depth == fails ? throw new InvalidOperationException() : depth == 0 ? 0 : 1 + Down(depth - 1, fails);
}
