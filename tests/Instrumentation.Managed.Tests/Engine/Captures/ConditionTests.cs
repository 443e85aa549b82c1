using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Conditions, faults and getters, on real calls.</summary>
public sealed class ConditionTests
{
    [Fact]
    public async Task When_LogicOverArguments_LetsTheRightCallsPass()
    {
        IReadOnlyList<int> values = await Watch.CapturesAsync(
            Probe.Method(() => Values.Divided(0, 0))
                .When(c => (c.Arg<int>(0) > 5 && c.Arg<int>(1) != 2) || !(c.Arg<int>(0) >= 1))
                .When(c => c.Arg<int>(0) % 2 == 0)
                .Capture(c => c.Arg<int>(0)),
            static () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    _ = Values.Divided(i, i % 4);
                }
            });

        // 6 is divided by 2; of the others above 5 only 8 is even; 0 fails the last test of the first condition.
        Assert.Equal([0, 8], values);
    }

    [Fact]
    public async Task When_FieldsOfTheInstance_LetsTheRightCallsPass()
    {
        IReadOnlyList<int> values = await Watch.CapturesAsync(
            Probe.Method((Node node) => node.Visit(0))
                .When(c => c.This<Node>().Next != null && c.This<Node>().Next!.Id == 2 && c.Field<string>(c.This<Node>(), "_name").Contains("n"))
                .Capture(c => c.This<Node>().Id),
            static () =>
            {
                new Node(1, "one", null).Visit(0);
                new Node(2, "two", new Node(2, "x", null)).Visit(0);
                new Node(3, "nine", new Node(2, "x", null)).Visit(0);
                new Node(4, "ten", new Node(3, "x", null)).Visit(0);
            });

        Assert.Equal([3], values);
    }

    [Fact]
    public async Task When_OnText_ComparesByValue()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(
            Probe.Method(() => Values.Text("")).When(c => c.Arg<string>(0) == "yes" || c.Arg<string>(0) == null || c.Arg<string>(0).EndsWith("!")).Capture(c => c.Arg<string>(0)),
            static () =>
            {
                foreach (string? text in new[] { "no", new string("yes".ToCharArray()), null, "well!", "" })
                {
                    Values.Text(text);
                }
            });

        Assert.Equal(["yes", null!, "well!"], values);
    }

    [Fact]
    public async Task When_OnTheDuration_LetsOnlySlowCallsPass()
    {
        var (events, statistics) = await Watch.TypedAsync(
            Probe.Method(typeof(ConditionTests), nameof(Wait)).When(c => c.Duration > TimeSpan.FromMilliseconds(20)).Capture(c => new { Milliseconds = c.Arg<int>(0), c.Duration }),
            static () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    Wait(0);
                }

                Wait(30);
            });

        Assert.Contains(events, static one => one.Value.Milliseconds == 30);
        Assert.All(events, static one => Assert.True(one.Value.Duration > TimeSpan.FromMilliseconds(20)));
        Assert.All(events, static one => Assert.Equal(one.Event.Duration, one.Value.Duration));
        Assert.Equal(51, statistics.Hits);
        Assert.Equal(events.Count, statistics.Passed);
    }

    [Fact]
    public async Task When_ExceptionTypeTest_LetsOnlyThatTypePass()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(
            Probe.Method(() => Outcomes.Positive(0)).OnThrow().When(c => c.Exception is ArgumentOutOfRangeException).Capture(c => c.Exception!.GetType().FullName!),
            static () =>
            {
                Outcomes.Positive(1);
                Assert.Throws<ArgumentOutOfRangeException>(static () => Outcomes.Positive(-1));
            });
        long others = await Watch.HitsAsync(Probe.Method(() => Outcomes.Wraps(0)).OnThrow().When(c => c.Exception is ArgumentException), static () =>
            Assert.Throws<InvalidOperationException>(static () => Outcomes.Wraps(-1)));

        Assert.Equal(["System.ArgumentOutOfRangeException"], values);
        Assert.Equal(0, others);
    }

    [Fact]
    public async Task Fault_NullOnThePath_IsCountedAndNeverReachesTheProgram()
    {
        var (events, statistics) = await Watch.TypedAsync(
            Probe.Method(() => Values.Walk(null)).Capture(c => new { Id = c.Arg<Node>(0).Id, Second = c.Arg<Node>(0).Next!.Id, Third = c.Arg<Node>(0).Next!.Next!.Id }),
            static () =>
            {
                Assert.Equal(-1, Values.Walk(null));
                Assert.Equal(1, Values.Walk(new Node(1, null, null)));
                Assert.Equal(2, Values.Walk(new Node(2, null, new Node(3, null, null))));
                Assert.Equal(4, Values.Walk(new Node(4, null, new Node(5, null, new Node(6, null, null)))));
            });

        Assert.Equal([(0, 0, 0), (1, 0, 0), (2, 3, 0), (4, 5, 6)], events.Select(static one => (one.Value.Id, one.Value.Second, one.Value.Third)));
        Assert.Equal([["Id", "Second", "Third"], ["Second", "Third"], ["Third"], []], events.Select(static one => one.Event.Faults));
        Assert.Equal(6, statistics.Faults);
    }

    [Fact]
    public async Task Fault_WrongCast_IsCountedAndGivesTheDefault()
    {
        (IReadOnlyList<ProbeEvent<int>> events, ProbeStatistics statistics) = await Watch.TypedAsync(
            Probe.Method(() => Values.Any(null)).Capture(c => c.Arg<SpecialNode>(0).Extra),
            static () =>
            {
                Values.Any(new SpecialNode(4));
                Values.Any(new Node(4, null, null));
                Values.Any("text");
                Values.Any(null);
            });

        Assert.Equal([5, 0, 0, 0], events.Select(static one => one.Value));
        Assert.Equal(3, statistics.Faults);
    }

    [Fact]
    public async Task Fault_DivisionByZero_IsCountedAndFalseInAConditon()
    {
        (IReadOnlyList<ProbeEvent<int>> events, ProbeStatistics statistics) = await Watch.TypedAsync(
            Probe.Method(() => Values.Divided(0, 0)).When(c => c.Arg<int>(0) / c.Arg<int>(1) >= 0).Capture(c => 100 / (c.Arg<int>(0) - 4)),
            static () =>
            {
                Assert.Equal(-1, Values.Divided(3, 0));
                Assert.Equal(4, Values.Divided(4, 1));
                Assert.Equal(2, Values.Divided(6, 3));
                Assert.Equal(int.MinValue, Values.Divided(int.MinValue, 1));
            });

        Assert.Equal([0, 50], events.Select(static one => one.Value));
        Assert.Equal((4, 2, 2), (statistics.Hits, statistics.Passed, statistics.Faults));
    }

    [Fact]
    public async Task Getter_WithoutLeave_IsRefusedByName()
    {
        await using InstrumentationSession session = await Watch.StartAsync();

        ExpressionException error = await Assert.ThrowsAsync<ExpressionException>(() =>
            session.AttachAsync(Probe.Method((Node node) => node.Visit(0)).Capture(c => c.This<Node>().Computed)));

        Assert.Contains("Computed", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowGetters", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Getter_WithLeave_IsCalledAndWhatItThrowsIsAFault()
    {
        var (events, statistics) = await Watch.TypedAsync(
            Probe.Method((Node node) => node.Visit(0)).AllowGetters().Capture(c => new { c.This<Node>().Computed, c.This<Node>().Broken, c.This<Node>().Title }),
            static () =>
            {
                Assert.Equal(5 + 4, new Node(5, "five", null).Visit(0));
                Assert.Equal(-5 + 4, new Node(-5, "five", null).Visit(0));
                Assert.Equal(6 + 7, new SpecialNode(6).Visit(0));
            });

        Assert.Equal([("five#5", 5, "node"), ("five#-5", 0, "node"), ("special#6", 6, "special")], events.Select(static one => (one.Value.Computed, one.Value.Broken, one.Value.Title)));
        Assert.Equal([[], ["Broken"], []], events.Select(static one => one.Event.Faults));
        Assert.Equal(1, statistics.Faults);
    }

    private static void Wait(int milliseconds)
    {
        if (milliseconds > 0)
        {
            Thread.Sleep(milliseconds);
        }
    }
}
