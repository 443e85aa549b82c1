using Instrumentation.Managed.Tests.Engine.Shapes;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Steps;

/// <summary>A probe with EachResumption sees every run of a state machine, with the parameters of the method that the source wrote.</summary>
[Collection(StepsCollection.Name)]
public sealed class ResumptionTests
{
    [Fact]
    public async Task Async_EachRunIsACall_WithItsParameters()
    {
        IReadOnlyList<Doubling> runs = await Watch.CapturesAsync(
            Probe.Method(() => Resumed.Doubled(default!, 0)).EachResumption().Capture(c => new Doubling(c.Arg<int>("value"), c.Arg<Task>(0) != null)),
            static async () =>
            {
                TaskCompletionSource gate = new();
                Task<int> running = Resumed.Doubled(gate.Task, 21);
                gate.SetResult();
                Assert.Equal(42, await running);
            });

        // The start, after the gate, and after the yield.
        Assert.Equal([new Doubling(21, true), new Doubling(21, true), new Doubling(21, true)], runs);
    }

    [Fact]
    public async Task Async_ParameterThatTheMethodChanges_IsReadAsItIsWhenTheRunBegins()
    {
        IReadOnlyList<(int Value, string Text)> runs = [.. (await Watch.CapturesAsync(
            Probe.Method(() => Resumed.Reassigns(default!, 0, "")).EachResumption().Capture(c => new { Value = c.Arg<int>("value"), Text = c.Arg<string>("text") }),
            static async () =>
            {
                TaskCompletionSource gate = new();
                Task<int> running = Resumed.Reassigns(gate.Task, 3, "abc");
                gate.SetResult();
                Assert.Equal(301 + "abc changed".Length, await running);
            })).Select(static run => (run.Value, run.Text))];

        Assert.Equal([(3, "abc"), (300, "abc changed")], runs);
    }

    [Fact]
    public async Task Async_FailedRun_IsACallThatReturns()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(() => Resumed.FailsLater(default!, 0)).EachResumption(),
            static async () => await Assert.ThrowsAsync<InvalidOperationException>(static async () =>
            {
                TaskCompletionSource gate = new();
                Task<int> running = Resumed.FailsLater(gate.Task, 3);
                gate.SetResult();
                await running;
            }));

        Assert.Equal(2, events.Count);
        Assert.All(events, static one => Assert.Equal(("Probed.Resumed::FailsLater", false, false), (one.Site, one.Failed, one.Suspended)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AsyncOfGenericType_ReadsTheExactType(bool entry)
    {
        ProbeSpec spec = Probe.Method(typeof(ResumedShelf<>), "Swap").EachResumption();
        IReadOnlyList<string> texts = await Watch.CapturesAsync(
            (entry ? spec.OnEntry() : spec).Capture(c => c.Arg<string>("value")),
            static async () => await OpenAsync<string>("old", "new"));
        IReadOnlyList<long> numbers = await Watch.CapturesAsync(
            (entry ? spec.OnEntry() : spec).Capture(c => c.Arg<long>("value")),
            static async () => await OpenAsync(1L << 40, 5L << 40));

        Assert.Equal(["new", "new"], texts);
        Assert.Equal([5L << 40, 5L << 40], numbers);

        static async Task OpenAsync<T>(T old, T added)
        {
            TaskCompletionSource gate = new();
            Task<T> running = new ResumedShelf<T>(old).Swap(gate.Task, added);
            gate.SetResult();
            Assert.Equal(old, await running);
        }
    }

    [Fact]
    public async Task Iterator_EachStepIsACall_ThatGivesWhetherItYields()
    {
        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method(() => Iteration.Count(0)).EachResumption(), 5, static () => Iteration.Count(4).Sum());
        IReadOnlyList<(int UpTo, bool Yields)> steps = [.. (await Watch.CapturesAsync(
            Probe.Method(() => Iteration.Count(0)).EachResumption().When(c => c.Arg<int>("upTo") > 1).Capture(c => new { UpTo = c.Arg<int>(0), Yields = c.Return<bool>() }),
            static () =>
            {
                Assert.Equal(1, Iteration.Count(2).Sum());
                Assert.Equal(0, Iteration.Count(1).Sum());
            })).Select(static step => (step.UpTo, step.Yields))];

        Assert.All(events, static one => Assert.Equal("Probed.Iteration::Count", one.Site));
        Assert.Equal([(2, true), (2, true), (2, false)], steps);
    }

    [Fact]
    public async Task Iterator_StepThatThrows_IsAFailedCall()
    {
        IReadOnlyList<string?> messages = await Watch.CapturesAsync(
            Probe.Method(() => Iteration.Fails(0)).EachResumption().OnThrow().Capture(c => c.Exception!.Message),
            static () => Assert.Throws<InvalidOperationException>(static () => Iteration.Fails(2).Sum()));

        Assert.Equal(["after 2"], messages);
    }

    [Fact]
    public async Task AsyncIterator_EachRunIsACall()
    {
        IReadOnlyList<(int Value, string Text)> runs = [.. (await Watch.CapturesAsync(
            Probe.Method(() => AsyncIteration.Texts(default!, "", 0)).EachResumption().OnEntry().Capture(c => new { Count = c.Arg<int>("count"), Prefix = c.Arg<string>("prefix") }),
            static async () => Assert.Equal(["a2", "a21"], await ListAsync(AsyncIteration.Texts([], "a", 2))))).Select(static run => (run.Count, run.Prefix))];

        // Each yield asks for the next and each Task.Yield goes on: of the two texts, and of the finally block.
        Assert.Equal([(2, "a"), (1, "a2"), (1, "a2"), (0, "a21"), (0, "a21"), (0, "a21")], runs);
    }

    [Fact]
    public async Task InstanceAndStruct_AreReadFromTheStateMachine()
    {
        IReadOnlyList<(int Left, int Scale)> steps = [.. (await Watch.CapturesAsync(
            Probe.Method((IterationPair p) => p.Both(0)).EachResumption().Capture(c => new { c.This<IterationPair>().Left, Scale = c.Arg<int>("scale") }),
            static () => Assert.Equal(50, new IterationPair(2, 3).Both(10).Sum()))).Select(static step => (step.Left, step.Scale))];
        IReadOnlyList<string> held = await Watch.CapturesAsync(
            Probe.Method((IterationShelf<string> s) => s.Repeat(0)).EachResumption().OnEntry().Capture(c => c.Field<string>(c.This<IterationShelf<string>>(), "_held")),
            static () => Assert.Equal(["x", "x"], new IterationShelf<string>("x").Repeat(2)));

        Assert.Equal([(2, 10), (2, 10), (2, 10)], steps);
        Assert.Equal(["x", "x", "x"], held);
    }

    [Fact]
    public async Task ParameterThatTheCompilerDidNotKeep_IsATypedError()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ExpressionException error = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(
            Probe.Method(() => Iteration.Unused(0, 0)).EachResumption().Capture(c => c.Arg<int>("unused"))));
        ExpressionException instance = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(
            Probe.Method((IterationShelf<int> s) => s.Plain(0)).EachResumption().Capture(c => c.Field<int>(c.This<IterationShelf<int>>(), "_held"))));

        Assert.Contains("'unused'", error.Message, StringComparison.Ordinal);
        Assert.Contains("did not keep the parameter", error.Message, StringComparison.Ordinal);
        Assert.Contains("did not keep the instance", instance.Message, StringComparison.Ordinal);
        Assert.Equal(3, Iteration.Unused(3, 4).Sum());
    }

    [Fact]
    public async Task OrdinaryMethod_IsBlind_AndOtherSpecsAreRefused()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Busy.Mix(0, "")).EachResumption();
        ProbeHandle handle = await session.AttachAsync(spec);

        Assert.Equal(ProbeState.Blind, handle.State);
        Assert.Equal(ProbeState.Blind, session.CanAttach(spec).State);
        Assert.Contains("never resumed", Assert.Single(handle.Coverage.Gaps).Reason, StringComparison.Ordinal);
        Assert.Throws<SpecException>(static () => new ProbeSpec(new ElsewherePoint()).EachResumption());
    }

    [Fact]
    public void Spec_IsData_AndKeepsItsType()
    {
        ProbeSpec plain = Probe.Method(() => Iteration.Count(0));
        ProbeSpec<int> typed = plain.Capture(c => c.Arg<int>(0)).EachResumption();

        Assert.NotEqual(plain, plain.EachResumption());
        Assert.Equal(plain.EachResumption(), plain.EachResumption());
        Assert.Equal("Probed.Iteration::Count, each resumption", typed.Point.Describe());
    }

    [Fact]
    public async Task Catch_ReadsTheParametersOfAnAsyncMethod()
    {
        IReadOnlyList<int> caught = await Watch.CapturesAsync(
            Probe.Method(() => Resumed.Catches(0)).OnCatch().Capture(c => c.Arg<int>("value")),
            static async () => Assert.Equal(-7, await Resumed.Catches(7)));

        Assert.Equal([7], caught);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private sealed record Doubling(int Value, bool HasGate);

    private sealed record ElsewherePoint : ProbePoint
    {
        public override string Describe() => "elsewhere";
    }
}
