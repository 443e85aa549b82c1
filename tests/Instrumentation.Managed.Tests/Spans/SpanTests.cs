using System.Diagnostics;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Spans;

/// <summary>Events know the innermost span that caused them, through calls, awaits, tasks and threads; and nobody else's.</summary>
public sealed class SpanTests
{
    private static readonly ProbeSpec Leaf = Probe.Method(() => Service.Leaf(0)).OnEntry().Capture(c => c.Arg<int>(0)).Named("leaf");

    [Fact]
    public async Task Event_InsideSynchronousSpans_BelongsToTheInnermost()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.Outer(0)).AsSpan(), Probe.Method(() => Service.Inner(0)).AsSpan(), Leaf], () =>
        {
            Service.Outer(10);
            Service.Leaf(99);
        });

        ProbeEvent outer = seen.Only("Outer");
        ProbeEvent inner = seen.Only("Inner");
        Assert.True(outer.Span.IsNone);
        Assert.Equal(outer.SpanId, inner.Span.Id);
        Assert.Equal(outer.SpanId, seen.Leaf(10).Span.Id);
        Assert.Equal(inner.SpanId, seen.Leaf(11).Span.Id);
        Assert.Equal(outer.SpanId, seen.Leaf(12).Span.Id);
        Assert.True(seen.Leaf(99).Span.IsNone);
        Assert.EndsWith("Service::Outer", inner.Span.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Event_AfterASpanThatThrew_BelongsToTheOneAround()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.Catching(0)).AsSpan(), Probe.Method(() => Service.Throwing(0)).AsSpan(), Leaf], () => Service.Catching(5));

        Assert.True(seen.Only("Throwing").Failed);
        Assert.Equal(seen.Only("Throwing").SpanId, seen.Leaf(5).Span.Id);
        Assert.Equal(seen.Only("Catching").SpanId, seen.Leaf(6).Span.Id);
    }

    [Fact]
    public async Task Event_OfAnAsynchronousSpan_BelongsToItOnEveryThread()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.HandleAsync(0)).AsSpan(), Leaf], () => Task.WhenAll(Enumerable.Range(1, 50).Select(i => Service.HandleAsync(i * 100))));

        Assert.Equal(50, seen.All("HandleAsync").Count);
        foreach (ProbeEvent handle in seen.All("HandleAsync"))
        {
            Assert.True(handle.Span.IsNone);
        }

        for (int i = 1; i <= 50; i++)
        {
            long[] spans = [.. Enumerable.Range(0, Service.Leaves).Select(leaf => seen.Leaf((i * 100) + leaf).Span.Id).Distinct()];
            Assert.Contains(Assert.Single(spans), seen.All("HandleAsync").Select(static handle => handle.SpanId));
        }

        Assert.Equal(50, Enumerable.Range(1, 50).Select(i => seen.Leaf(i * 100).Span.Id).Distinct().Count());
    }

    [Fact]
    public async Task Span_OfAnAsynchronousCall_EndsAndLeavesTheCallersFlow()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.HandleAsync(0)).AsSpan(), Leaf], async () =>
        {
            Task running = Service.HandleAsync(100);
            Service.Leaf(1);
            await running;
            Service.Leaf(2);
            await Task.Run(() => Service.Leaf(3));
        });

        Assert.All([1, 2, 3], leaf => Assert.True(seen.Leaf(leaf).Span.IsNone));
    }

    [Fact]
    public async Task Spans_OfAsynchronousCallsInside_HaveTheirParents()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.NestAsync(0)).AsSpan(), Probe.Method(() => Service.HandleAsync(0)).AsSpan(), Probe.Method(() => Service.Inner(0)).AsSpan(), Leaf], () => Service.NestAsync(300));

        ProbeEvent nest = seen.Only("NestAsync");
        ProbeEvent handle = seen.Only("HandleAsync");
        Assert.Equal(nest.SpanId, handle.Span.Id);
        Assert.True(handle.Suspended);
        Assert.Equal(nest.SpanId, seen.Leaf(700).Span.Id);
        Assert.All(seen.All("Inner"), inner => Assert.Equal(nest.SpanId, inner.Span.Id));
        Assert.Equal(2, seen.All("Inner").Count);
    }

    [Fact]
    public async Task Activity_OfTheFlow_IsOnItsSpans()
    {
        using Activity activity = new("request");
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.HandleAsync(0)).AsSpan()], async () =>
        {
            activity.Start();
            await Service.HandleAsync(1);
            activity.Stop();
            await Service.HandleAsync(2);
        });

        Assert.Equal(activity.TraceId, seen.All("HandleAsync")[0].Activity?.TraceId);
        Assert.Equal(activity.SpanId, seen.All("HandleAsync")[0].Activity?.SpanId);
        Assert.Null(seen.All("HandleAsync")[1].Activity);
    }

    [Fact]
    public async Task AsyncLocals_OfTheProgram_StayAsTheyAre()
    {
        AsyncLocal<string> local = new() { Value = "before" };
        await Seen.OfAsync([Probe.Method(() => Service.SetsAsync(default!)).AsSpan(), Probe.Method(() => Service.PassesOn(default!)).AsSpan()], async () =>
        {
            Task sets = Service.SetsAsync(local);
            Assert.Equal("before", local.Value);
            await sets;
            Assert.Equal("before", local.Value);
            Task passes = Service.PassesOn(local);
            Assert.Equal("changed", local.Value);
            await passes;
            Assert.Equal("changed", local.Value);
        });
    }

    [Fact]
    public async Task Span_DetachedAmidCalls_LeavesNothingOpen()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim go = new();
        InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle blocking = await session.AttachAsync(Probe.Method(() => Service.Blocking(default!, default!)).AsSpan());
        Thread thread = new(() =>
        {
            Service.Blocking(entered, go);
            Service.Leaf(77);
        });
        thread.Start();
        entered.Wait();
        await blocking.DisposeAsync();
        await session.AttachAsync(Leaf);
        go.Set();
        thread.Join();
        ProbeEvent only = Assert.Single(await Watch.EndAsync(session));
        Assert.Equal(77, only.Fields[0].Value);
        Assert.True(only.Span.IsNone);
    }

    [Fact]
    public async Task Span_OfDeepRecursion_KnowsItsParents()
    {
        Seen seen = await Seen.OfAsync([Probe.Method(() => Service.Recursive(0)).AsSpan()], () => Service.Recursive(3000), new InstrumentationOptions { RingBytesPerThread = 4 * 1024 * 1024 });

        IReadOnlyList<ProbeEvent> calls = seen.All("Recursive");
        Assert.Equal(3001, calls.Count);
        for (int i = 0; i + 1 < calls.Count; i++)
        {
            Assert.Equal(calls[i + 1].SpanId, calls[i].Span.Id);
        }
    }

    [Fact]
    public async Task Span_InACapture_IsItsNumber()
    {
        Seen seen = await Seen.OfAsync(
            [Probe.Method(() => Service.Outer(0)).AsSpan(), Probe.Method(() => Service.Leaf(0)).OnEntry().When(c => c.Span != 0).Capture(c => c.Span).Named("leaf")],
            () =>
            {
                Service.Leaf(1);
                Service.Outer(2);
            });

        Assert.Equal(3, seen.All("Leaf").Count);
        Assert.All(seen.All("Leaf"), leaf => Assert.Equal(seen.Only("Outer").SpanId, leaf.Fields[0].Value));
    }

    [Fact]
    public async Task AsSpan_OfAnIterator_IsRefused()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Method(() => Service.Numbers()).AsSpan()));
        Assert.Throws<SpecException>(() => session.CanAttach(Probe.Method(() => Service.Leaf(0)).AsSpan().OnEntry()));
        Assert.Throws<SpecException>(() => session.CanAttach(Probe.Method(() => Service.Leaf(0)).AsSpan().Count()));
    }

    private sealed class Seen(IReadOnlyList<ProbeEvent> events)
    {
        public static async Task<Seen> OfAsync(IReadOnlyList<ProbeSpec> specs, Func<Task> run, InstrumentationOptions? options = null)
        {
            InstrumentationSession session = options is null ? await Watch.StartAsync() : await InstrumentationSession.StartAsync(options);
            foreach (ProbeSpec spec in specs)
            {
                await Watch.AttachAsync(session, spec);
            }

            await Task.Run(run);
            IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
            Assert.Equal(0, session.Events.Loss.Total);
            return new Seen(events);
        }

        public static Task<Seen> OfAsync(IReadOnlyList<ProbeSpec> specs, Action run, InstrumentationOptions? options = null) => OfAsync(
            specs,
            () =>
            {
                run();
                return Task.CompletedTask;
            },
            options);

        public IReadOnlyList<ProbeEvent> All(string method) => [.. events.Where(one => one.Site.EndsWith("::" + method, StringComparison.Ordinal))];

        public ProbeEvent Only(string method) => Assert.Single(All(method));

        public ProbeEvent Leaf(int number) => Assert.Single(events, one => one.Probe == "leaf" && (int)one.Fields[0].Value! == number);
    }

    private static class Service
    {
        public const int Leaves = 6;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Leaf(int number) => number + 1;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Outer(int number) => Leaf(number) + Inner(number + 1) + Leaf(number + 2);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Inner(int number) => Leaf(number) + 1;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Throwing(int number) => Leaf(number) > 0 ? throw new InvalidOperationException() : 0;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Catching(int number)
        {
            try
            {
                return Throwing(number);
            }
            catch (InvalidOperationException)
            {
                return Leaf(number + 1);
            }
        }

        public static async Task HandleAsync(int number)
        {
            Leaf(number);
            await Task.Yield();
            Leaf(number + 1);
            await HelpAsync(number + 2);
            await Task.Run(() => Leaf(number + 3));
            await Task.Delay(1).ConfigureAwait(false);
            Leaf(number + 4);
            Thread thread = new(() => Leaf(number + 5));
            thread.Start();
            thread.Join();
        }

        public static async Task NestAsync(int number)
        {
            Inner(number + 50);
            await HandleAsync(number);
            Leaf(700);
            Inner(number + 51);
        }

        public static async Task SetsAsync(AsyncLocal<string> local)
        {
            local.Value = "inside";
            await Task.Yield();
            Assert.Equal("inside", local.Value);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Task PassesOn(AsyncLocal<string> local)
        {
            local.Value = "changed";
            return Task.Delay(1);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Blocking(ManualResetEventSlim entered, ManualResetEventSlim go)
        {
            entered.Set();
            go.Wait();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Recursive(int depth) => depth == 0 ? 0 : Recursive(depth - 1) + 1;

        public static IEnumerable<int> Numbers()
        {
            yield return 1;
        }

        private static async Task HelpAsync(int number)
        {
            await Task.Yield();
            Leaf(number);
        }
    }
}
