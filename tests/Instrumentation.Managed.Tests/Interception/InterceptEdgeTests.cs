using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>Interceptors on results, arguments and bodies of unusual kinds: whatever they ask for, the program goes on.</summary>
[Collection(nameof(Subject))]
public sealed class InterceptEdgeTests
{
    [Fact]
    public async Task ResultsOfAllKindsAreExchangedAtTheEntryAndAtTheReturn()
    {
        await Exchange(nameof(EdgeSubject.Number), 7, 7, static () => EdgeSubject.Number(1));
        await Exchange(nameof(EdgeSubject.Number), null, null, static () => EdgeSubject.Number(1));
        await Exchange(nameof(EdgeSubject.Kind), Subject.Kind.Large, Subject.Kind.Large, static () => EdgeSubject.Kind(Subject.Kind.Small));
        await Exchange(nameof(EdgeSubject.Kind), null, null, static () => EdgeSubject.Kind(Subject.Kind.Small));
        await Exchange(nameof(EdgeSubject.Plain), Subject.Kind.Large, Subject.Kind.Large, static () => EdgeSubject.Plain(Subject.Kind.Small));
        await Exchange(nameof(EdgeSubject.Plain), null, default(Subject.Kind), static () => EdgeSubject.Plain(Subject.Kind.Small));
        await Exchange(nameof(EdgeSubject.Flag), true, true, static () => EdgeSubject.Flag(false));
        await Exchange(nameof(EdgeSubject.Letter), 'z', 'z', static () => EdgeSubject.Letter('a'));
        await Exchange(nameof(EdgeSubject.Native), (nint)5, (nint)5, static () => EdgeSubject.Native(1));
        (string, Guid, string) tuple = ("x", Guid.NewGuid(), "y");
        await Exchange(nameof(EdgeSubject.Tuple), tuple, tuple, static () => EdgeSubject.Tuple("a"));
        await Exchange(nameof(EdgeSubject.Tuple), null, default((string, Guid, string)), static () => EdgeSubject.Tuple("a"));
    }

    [Fact]
    public async Task GenericResultsOfAllKindsAreExchanged()
    {
        Interceptor same = new() { Entry = static call => call.Return(call.Arguments[0] is null ? null : call.Arguments[0] is int ? 9 : Subject.Kind.Large) };
        Interceptor take = new() { Entry = static call => call.Return(call.Arguments[0]) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle first = await Watch.AttachAsync(session, Probe.Method(typeof(Subject), nameof(Subject.Same)).Intercept(same));
        await using ProbeHandle second = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject.Box<>), "Take").Intercept(take));
        Assert.Equal(9, Subject.Same<int?>(4));
        Assert.Null(Subject.Same<int?>(null));
        Assert.Equal(Subject.Kind.Large, Subject.Same(Subject.Kind.Small));
        Assert.Equal(Subject.Kind.Large, Subject.Same<Subject.Kind?>(Subject.Kind.Small));
        Assert.Equal("other", new EdgeSubject.Box<string>("own").Take("other"));
        Assert.Null(new EdgeSubject.Box<string?>("own").Take(null));
        Assert.Equal(3, new EdgeSubject.Box<int>(2).Take(3));
        Assert.Equal(new EdgeSubject.Box<int>(2), take.Entered.Last().Instance);
        Assert.Equal((0L, 0L), (first.Statistics.Faults, second.Statistics.Faults));
    }

    [Theory]
    [InlineData(nameof(EdgeSubject.Pointer))]
    [InlineData(nameof(EdgeSubject.Function))]
    [InlineData(nameof(EdgeSubject.Span))]
    [InlineData(nameof(EdgeSubject.Of))]
    public async Task ResultsForWhichNoObjectStandsAreNotExchanged(string method)
    {
        List<Exception?> refused = [];
        Interceptor interceptor = new()
        {
            Entry = call => refused.Add(Record.Exception(() => call.Return(null))),
            Return = call => refused.Add(Record.Exception(() => call.Return(null))),
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), method).Intercept(interceptor));
        Call(method);
        Assert.Equal([typeof(SpecException), typeof(SpecException)], refused.Select(static error => error?.GetType()));
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task ArgumentsByReferenceAreSeen()
    {
        Interceptor interceptor = new();
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), nameof(EdgeSubject.ByRef)).Intercept(interceptor));
        Subject.Kind kind = Subject.Kind.Large;
        Assert.Equal(-3, PassNull(ref kind));
        IReadOnlyList<object?> arguments = interceptor.Entered.Single().Arguments;
        Assert.Equal((Subject.Kind.Large, null, new DateTime(2020, 1, 3)), (arguments[0], arguments[1], arguments[3]));
        Assert.Equal(0, handle.Statistics.Faults);

        // SAFETY: the pointer is not read.
        static unsafe int PassNull(ref Subject.Kind kind)
        {
            int* pointer = (int*)17;
            return EdgeSubject.ByRef(ref kind, ref Unsafe.NullRef<int>(), ref pointer, new DateTime(2020, 1, 3), out _);
        }
    }

    [Fact]
    public async Task BodiesThatNeverReturnAndLoopsAreReplaced()
    {
        Interceptor fail = new() { Entry = static call => call.Return(TimeSpan.FromDays(1)) };
        Interceptor loop = new() { Entry = static call => { if ((int)call.Arguments[0]! == 2) { call.Return(-1); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Fail(default!)).Intercept(fail));
        await Watch.AttachAsync(session, Probe.Method(() => EdgeSubject.Loop(0)).Intercept(loop));
        Assert.Equal(TimeSpan.FromDays(1), Subject.Fail("no"));
        Assert.Equal((0, -1, 0), (EdgeSubject.Loop(1), EdgeSubject.Loop(2), EdgeSubject.Loop(3)));
        Assert.Equal(3, loop.Ends.Count);
    }

    [Fact]
    public async Task StructsFillThemselvesUnlessSkipped()
    {
        bool skip = false;
        Interceptor interceptor = new() { Entry = call => { if (skip) { call.Return(null); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => new EdgeSubject.Filled(0)).Intercept(interceptor));
        await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject.Filled), nameof(EdgeSubject.Filled.Set)).Intercept(interceptor));
        EdgeSubject.Filled filled = new(4);
        filled.Set(5);
        Assert.Equal((5, "filled"), (filled.Value, filled.Text));
        skip = true;
        filled.Set(6);
        Assert.Equal((5, null), (filled.Value, new EdgeSubject.Filled(4).Text));
    }

    [Fact]
    public async Task AnExceptionThatTakesAnothersPlaceLeavesNoCallOpen()
    {
        Interceptor interceptor = new() { Return = static call => { if (call.Exception is null && call.Method.Name == nameof(Subject.Add)) { call.Return((int)call.Result! * 10); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => EdgeSubject.Supersede(0)).Intercept(interceptor));
        await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), "Throw").Intercept(interceptor));
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal((i + 1) * 10, EdgeSubject.Supersede(i));
            Assert.Throws<InvalidOperationException>(static () => EdgeSubject.Supersede(-1));
            Assert.Equal(30, Subject.Add(1, 2));
        }

        Assert.Equal(interceptor.Entered.Count, interceptor.Ends.Count);
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task TheLastDecisionCounts()
    {
        Interceptor interceptor = new()
        {
            Entry = static call =>
            {
                call.Throw(new TimeoutException());
                call.Return(5);
                if ((int)call.Arguments[0]! == 0)
                {
                    call.Throw(new TimeoutException());
                }
            },
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Equal(5, Subject.Add(1, 1));
        Assert.Throws<TimeoutException>(static () => Subject.Add(0, 1));
    }

    [Fact]
    public async Task WhatAnOuterInterceptorOnlyDoesBeforeTheCallDoesNotHideItFromInnerOnes()
    {
        int before = 0;
        Interceptor outer = new() { Entry = call => call.Before(() => before++) };
        Interceptor inner = new() { Entry = static call => { if ((int)call.Arguments[0]! == 5) { call.Return(1); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(outer));
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(inner));
        Assert.Equal((3, 1), (Subject.Add(1, 2), Subject.Add(5, 5)));
        Assert.Equal((2, 2, 2), (before, inner.Ends.Count, outer.Ends.Count));
    }

    [Fact]
    public async Task WhatIsDoneBeforeACallMayThrow()
    {
        Interceptor interceptor = new() { Entry = static call => call.Before(static () => throw new TimeoutException()) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Throws<TimeoutException>(static () => Subject.Add(1, 2));
        Assert.IsType<TimeoutException>(interceptor.Ends.Single().Exception);
    }

    [Fact]
    public async Task AResultIsExchangedAlsoWhenTheInterceptorThrowsAfterwards()
    {
        Interceptor interceptor = new() { Return = static call => { call.Return(8); throw new InvalidOperationException("mine"); } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(() => Subject.Add(0, 0)).Intercept(interceptor));
        Assert.Equal(8, Subject.Add(1, 2));
        Assert.Equal(1, handle.Statistics.Faults);
    }

    [Fact]
    public async Task TheTaskOfAGenericMethodIsExchangedForOneOfItsOwnType()
    {
        List<Exception?> refused = [];
        Interceptor interceptor = new()
        {
            Return = call =>
            {
                refused.Add(Record.Exception(() => call.Return(Task.FromResult(Guid.Empty))));
                if (call.Result is Task<string>)
                {
                    call.Return("other");
                }
                else
                {
                    call.Return(Task.FromResult(7));
                }
            },
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), nameof(EdgeSubject.EchoAsync)).Intercept(interceptor));
        Assert.Equal("other", await EdgeSubject.EchoAsync("a"));
        Assert.Equal(7, await EdgeSubject.EchoAsync(1));
        Assert.All(refused, static error => Assert.IsType<SpecException>(error));
        Assert.Equal(["other", 7], interceptor.Ends.Select(static end => end.Result));
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task TheCallOfAGenericMethodIsReplacedByATaskOfItsOwnType()
    {
        Interceptor interceptor = new() { Entry = static call => { if (call.Arguments[0] is int) { call.Throw(new TimeoutException()); } else { call.Return("other"); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), nameof(EdgeSubject.EchoAsync)).Intercept(interceptor));
        Assert.Equal("other", await EdgeSubject.EchoAsync("a"));
        Task<int> failed = EdgeSubject.EchoAsync(1);
        Assert.True(failed.IsFaulted);
        await Assert.ThrowsAsync<TimeoutException>(() => failed);
        Assert.Equal(typeof(Task<string>), interceptor.Entered.First().ResultType);
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task ReferencesWhoseTypeDependsOnTheCallAreExchanged()
    {
        List<Exception?> refused = [];
        Interceptor interceptor = new()
        {
            Entry = call =>
            {
                refused.Add(Record.Exception(() => call.Return(new List<Guid>())));
                call.Return(call.ResultType == typeof(List<int>) ? new List<int> { 7 } : call.Arguments[0] is null ? null : new List<string> { "other" });
            },
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), nameof(EdgeSubject.ListOf)).Intercept(interceptor));
        Assert.Equal([7], EdgeSubject.ListOf(1));
        Assert.Equal(["other"], EdgeSubject.ListOf("a"));
        Assert.Null(EdgeSubject.ListOf<string?>(null));
        Assert.All(refused, static error => Assert.IsType<SpecException>(error));
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task AsyncVoidIsReplacedAsAWhole()
    {
        bool skip = true;
        Interceptor interceptor = new() { Entry = call => { if (skip) { call.Return(null); } } };
        await using InstrumentationSession session = await Watch.StartAsync();
        await session.AttachAsync(Probe.Method(() => EdgeSubject.Forget(default!, 0)).Intercept(interceptor));
        TaskCompletionSource<int> done = new();
        EdgeSubject.Forget(done, 1);
        skip = false;
        EdgeSubject.Forget(done, 2);
        Assert.Equal(2, await done.Task);
    }

    [Fact]
    public async Task WhatOnlyTheAwaiterMayTakeIsLeftToIt()
    {
        OnceSource source = new();
        Interceptor interceptor = new() { Entry = call => call.Return(new ValueTask<int>(source, 0)) };
        await using InstrumentationSession session = await Watch.StartAsync();
        await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method((Subject s) => s.CountAsync(0)).Intercept(interceptor));
        ValueTask<int> call = new Subject().CountAsync(1);
        Assert.Equal(0, source.Taken);
        Assert.Equal(4, await call);
        Assert.Equal(1, source.Taken);
        Assert.Same(UnkeptValue.AwaitersResult, interceptor.Ends.Single().Result);
        Assert.Equal(0, handle.Statistics.Faults);
    }

    private static async Task Exchange<T>(string method, object? value, T expected, Func<T> call)
    {
        foreach (Interceptor interceptor in (Interceptor[])[new() { Entry = call => call.Return(value) }, new() { Return = call => call.Return(value) }])
        {
            await using InstrumentationSession session = await Watch.StartAsync();
            await using ProbeHandle handle = await Watch.AttachAsync(session, Probe.Method(typeof(EdgeSubject), method).Intercept(interceptor));
            Assert.Equal(expected, call());
            Assert.Equal((method, value is null ? expected : value, 0L), (method, interceptor.Ends.Single().Result, handle.Statistics.Faults));
        }
    }

    // SAFETY: nothing is read or called through what these give.
    private static unsafe void Call(string method)
    {
        int[] values = [3];
        switch (method)
        {
            case nameof(EdgeSubject.Pointer):
                Assert.Equal(17, (nint)EdgeSubject.Pointer((int*)17));
                break;
            case nameof(EdgeSubject.Function):
                Assert.Equal(17, (nint)EdgeSubject.Function(17));
                break;
            case nameof(EdgeSubject.Span):
                Assert.Equal(3, EdgeSubject.Span(values)[0]);
                break;
            default:
                Assert.Equal(3, EdgeSubject.Of(values));
                break;
        }
    }

    private sealed class OnceSource : IValueTaskSource<int>
    {
        public int Taken { get; private set; }

        public int GetResult(short token)
        {
            Taken++;
            return 4;
        }

        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Succeeded;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => continuation(state);
    }
}
