using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Results: of calls, of tasks that were complete, of tasks that were not; the default when the call failed.</summary>
public sealed class ResultTests
{
    [Fact]
    public async Task Return_OfAStruct_IsTheResultAndTheDefaultAfterAFailure()
    {
        var values = await Watch.CapturesAsync(
            Probe.Method(() => Values.Struct(0, false)).Capture(c => new { c.Return<Spot>().X, c.Return<Spot>().Y, c.Return<Spot>().Name, Failed = c.Exception != null }),
            static () =>
            {
                Assert.Equal(new Spot(3, 3000, "spot 3"), Values.Struct(3, false));
                Assert.Throws<InvalidOperationException>(static () => Values.Struct(4, true));
            });

        Assert.Equal(
            [
                new { X = 3, Y = 3000L, Name = (string?)"spot 3", Failed = false },
                new { X = 0, Y = 0L, Name = (string?)null, Failed = true },
            ],
            values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Return_OfATask_IsItsResultAndTheDefaultAfterAFailure(bool suspended) =>
        CheckSpotsAsync(Probe.Method(() => Values.SpotAsync(default!, 0)), static (gate, x) => Values.SpotAsync(gate, x), suspended);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Return_OfAValueTask_IsItsResultAndTheDefaultAfterAFailure(bool suspended) =>
        CheckSpotsAsync(Probe.Method(() => Values.SpotValueAsync(default!, 0)), static async (gate, x) => await Values.SpotValueAsync(gate, x), suspended);

    [Fact]
    public async Task Return_OfATaskOfText_IsTheText()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(
            Probe.Method(() => Asynchrony.TextValue(default!, "")).OnReturn().Capture(c => c.Return<string>()),
            static async () =>
            {
                Assert.Equal("a!", await Asynchrony.TextValue(Task.CompletedTask, "a"));
                TaskCompletionSource gate = new();
                ValueTask<string> call = Asynchrony.TextValue(gate.Task, "b");
                gate.SetResult();
                Assert.Equal("b!", await call);
            });

        Assert.Equal(["a!", "b!"], values);
    }

    [Fact]
    public async Task Return_OfACancelledTask_IsTheDefault()
    {
        IReadOnlyList<int> values = await Watch.CapturesAsync(Probe.Method(() => Asynchrony.Cancellable(default)).Capture(c => c.Return<int>()), static async () =>
        {
            using CancellationTokenSource source = new();
            Task<int> call = Asynchrony.Cancellable(source.Token);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        });

        Assert.Equal([0], values);
    }

    [Fact]
    public async Task Captures_OfASuspendedCall_KeepEveryKindOfOperand()
    {
        System.Reflection.MethodInfo method = typeof(Values).GetMethod(nameof(Values.EveryKind))!;
        var values = await Watch.CapturesAsync(
            Probe.Method(method).Capture(c => new
            {
                Number = c.Arg<int>("number"),
                Fraction = c.Arg<double>("fraction"),
                Text = c.Arg<string>("text"),
                c.Arg<Spot>("spot").X,
                c.Arg<Spot>("spot").Name,
                Generic = c.Arg<long>("generic"),
                Size = c.Arg<Size>("size"),
                Result = c.Return<string>(),
            }),
            static async () =>
            {
                TaskCompletionSource gate = new();
                Task<string> call = Values.EveryKind(gate.Task, 1, 2.5, "three", new Spot(4, 0, "four"), 5L, Size.Small);
                GC.Collect();
                gate.SetResult();
                Assert.Equal("1 2.5 three 4 5 Small", await call);
            });

        Assert.Equal(
            new { Number = 1, Fraction = 2.5, Text = "three", X = 4, Name = (string?)"four", Generic = 5L, Size = Size.Small, Result = "1 2.5 three 4 5 Small" },
            Assert.Single(values));
    }

    [Fact]
    public async Task Captures_OfASuspendedCallOverOtherT_FaultOnlyThere()
    {
        System.Reflection.MethodInfo method = typeof(Values).GetMethod(nameof(Values.EveryKind))!;
        var (events, statistics) = await Watch.TypedAsync(
            Probe.Method(method).Capture(c => new { Number = c.Arg<int>("number"), Generic = c.Arg<string>("generic") }),
            static async () =>
            {
                TaskCompletionSource gate = new();
                Task<string>[] calls =
                [
                    Values.EveryKind(gate.Task, 1, 0, "", default, "text", Size.None),
                    Values.EveryKind(gate.Task, 2, 0, "", default, 17, Size.None),
                    Values.EveryKind(gate.Task, 3, 0, "", default, new Version(1, 2), Size.None),
                ];
                gate.SetResult();
                await Task.WhenAll(calls);
            });

        Assert.Equal([(1, "text"), (2, null), (3, null)], events.Select(static one => (one.Value.Number, (string?)one.Value.Generic)).Order());
        Assert.All(events, static one => Assert.True(one.Event.Suspended));
        Assert.Equal(2, statistics.Faults);
    }

    [Fact]
    public async Task This_OfASuspendedCall_IsReadWhenItEnds()
    {
        var values = await Watch.CapturesAsync(
            Probe.Method((Waiter waiter) => waiter.Wait(default!)).Capture(c => new { c.This<Waiter>().Number, Name = c.Field<string>(c.This<Waiter>(), "_name"), Result = c.Return<int>() }),
            static async () =>
            {
                TaskCompletionSource gate = new();
                Waiter waiter = new(10, "four");
                Task<int> call = waiter.Wait(gate.Task);
                waiter.Number = 20;
                gate.SetResult();
                Assert.Equal(24, await call);
            });

        Assert.Equal(new { Number = 20, Name = "four", Result = 24 }, Assert.Single(values));
    }

    private static async Task CheckSpotsAsync(ProbeSpec spec, Func<Task, int, Task<Spot>> call, bool suspended)
    {
        var (events, statistics) = await Watch.TypedAsync(
            spec.Capture(c => new { X = c.Arg<int>("x"), ResultX = c.Return<Spot>().X, c.Return<Spot>().Y, c.Return<Spot>().Name, Kind = c.Exception is InvalidOperationException }),
            async () =>
            {
                TaskCompletionSource gate = new();
                if (!suspended)
                {
                    gate.SetResult();
                }

                Task<Spot> good = call(gate.Task, 6);
                Task<Spot> bad = call(gate.Task, -6);
                gate.TrySetResult();
                Assert.Equal(new Spot(6, 6000, "spot 6"), await good);
                Assert.Equal("no spot", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
            });

        Assert.Equal(0, statistics.Faults);
        Assert.Equal(2, events.Count);
        Assert.All(events, one => Assert.Equal(suspended, one.Event.Suspended));
        Assert.Equal(new { X = 6, ResultX = 6, Y = 6000L, Name = (string?)"spot 6", Kind = false }, events.Single(static one => !one.Event.Failed).Value);
        Assert.Equal(new { X = -6, ResultX = 0, Y = 0L, Name = (string?)null, Kind = true }, events.Single(static one => one.Event.Failed).Value);
    }
}
